/** The functions of the analysis system: results on the embedded cache server, sessions and history on metrics. */

import type { Metrics } from '@aws-lambda-powertools/metrics';
import { analysisResultsProcessor } from '../../../processors/analysis-results/processor.ts';
import { analyticsProcessor } from '../../../processors/analytics/processor.ts';
import { metricsSink } from '../../../processors/analytics/publish.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { analysisImage, analysisRecord } from '../../support/analysis.ts';
import { embeddedRedis } from '../../support/embedded-redis.ts';
import { streamRecord } from '../../support/record.ts';
import { handlerSuite } from './handler-law.ts';

const NOW_S = 1_700_000_100;
const newImage = analysisImage('a1', '$1', NOW_S + 900);
const oldImage = analysisImage('a1', '$0', NOW_S + 600);

export const analysisResultsFuzz = handlerSuite({
  name: 'analysis-results',
  samples: [
    analysisRecord('a1', { newImage }),
    analysisRecord('a1', { eventName: 'MODIFY', newImage, oldImage, seq: '200000000000000000001' }),
    analysisRecord('a1', { eventName: 'REMOVE', oldImage, seq: '300000000000000000001' }),
    analysisRecord('a2', { newImage: analysisImage('a2', '$2', null), seq: '400000000000000000001' }),
  ],
  make(clock) {
    const item = decodeImage(newImage);
    const readItems = async (keys: readonly { readonly id?: string }[]) =>
      keys.map(({ id }) => (id === 'a1' ? item : undefined));
    return { processor: analysisResultsProcessor({ redis: embeddedRedis(clock), readItems }) };
  },
});

const session = {
  sessionId: { S: 's1' },
  createdAt: { S: '2026-01-01T00:00:00.000Z' },
  lastAccessedAt: { S: '2026-01-01T01:00:00.000Z' },
};
const history = {
  historyId: { S: 'h1' },
  analysisType: { S: 'arr' },
  confidence: { S: 'HIGH' },
  status: { S: 'COMPLETED' },
};

export const analyticsFuzz = handlerSuite({
  name: 'analytics',
  samples: [
    streamRecord({ keys: { sessionId: { S: 's1' } }, newImage: session }),
    streamRecord({ eventName: 'REMOVE', keys: { sessionId: { S: 's1' } }, oldImage: session, seq: '2' }),
    streamRecord({ keys: { historyId: { S: 'h1' } }, newImage: history, seq: '3' }),
  ],
  make: () => ({ processor: analyticsProcessor(metricsSink(silentMetrics())) }),
});

/** Metrics are lines on standard output; here nobody reads them. */
function silentMetrics(): Metrics {
  const silent = { addDimensions() {}, addMetric() {}, singleMetric: () => silent };
  return silent as unknown as Metrics;
}
