/** Builds stream records of the analysis results table: a valid one by default, anything overridden by name. */
import { type RecordParts, streamRecord } from './record.ts';

export function analysisKeys(id: string) {
  return { id: { S: id } };
}

/** @param ttlS seconds since the epoch; null: the item has none */
export function analysisImage(id: string, arr: string, ttlS: number | null, attributes: object = {}) {
  return {
    ...analysisKeys(id),
    analysisData: {
      M: {
        metrics: { M: { predictedArr: { S: arr }, confidence: { S: 'HIGH' } } },
        sections: { M: { findings: { S: 'Strong match' } } },
      },
    },
    createdAt: { S: '2026-01-01T00:00:00.000Z' },
    ...(ttlS === null ? {} : { ttl: { N: String(ttlS) } }),
    ...attributes,
  };
}

/** What happened to the analysis `id`; images as `analysisImage` makes them. */
export function analysisRecord(id: string, parts: RecordParts = {}) {
  return {
    ...streamRecord({ keys: analysisKeys(id), ...parts }),
    eventSourceARN:
      'arn:aws:dynamodb:us-east-1:000000000000:table/opportunity-analysis-results/stream/2026-01-01T00:00:00.000',
  };
}
