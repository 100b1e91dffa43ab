/** For the tests of this folder: the cache, the results table, and what becomes of records between them. */
import { analysisResultsProcessor } from '../../../processors/analysis-results/processor.ts';
import { analysisImage, analysisRecord } from '../../../test/support/analysis.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { embeddedRedis } from '../../../test/support/embedded-redis.ts';
import type { RecordParts } from '../../../test/support/record.ts';
import type { ReadItems } from '../../dynamodb/read-items.ts';
import { decodeImage } from '../../stream/attribute-value.ts';
import { planBatch } from '../../stream/plan-batch.ts';
import { runBatch } from '../../stream/run-batch.ts';

export const DAY_S = 86_400;

export function world(options: { deadlineMs?: number } = {}) {
  const { clock } = batchContext();
  const redis = embeddedRedis(clock);
  const table = new Map<string, object>();
  const nowS = () => Math.floor(clock.now() / 1000);
  let reads = 0;
  let onRead = () => {};
  const readItems: ReadItems = async (keys) => {
    reads += keys.length;
    const items = keys.map(({ id }) => table.get(id ?? '')).map((item) => item && decodeImage(item));
    onRead();
    return items;
  };
  const processor = analysisResultsProcessor({ redis, readItems });
  const run = async (records: readonly unknown[], redriven = false) => {
    const context = batchContext({ ...options, clock, redriven });
    const ended = await clock.runUntil(runBatch(processor, records, context));
    return ended.map(({ outcome }) => ('failure' in outcome ? outcome.failure.code : outcome.kind));
  };
  /** What a plan says of each, with the code of what stands in its way. */
  const plan = async (...records: readonly unknown[]) => {
    const context = batchContext({ ...options, clock, redriven: true });
    const judged = await clock.runUntil(planBatch(processor, records, context));
    return judged.map(({ verdict }) =>
      verdict.kind === 'unresolvable'
        ? `${verdict.failure.code}${verdict.passing ? ', passing' : ''}`
        : verdict.kind,
    );
  };
  const put = (seq: string, arr: string, ttlS: number | null = nowS() + DAY_S, parts: RecordParts = {}) => {
    const before = table.get('a1');
    const newImage = analysisImage('a1', arr, ttlS);
    table.set('a1', newImage);
    const images = { newImage, ...(before === undefined ? {} : { oldImage: before }) };
    return analysisRecord('a1', {
      eventName: before ? 'MODIFY' : 'INSERT',
      seq,
      at: nowS(),
      ...images,
      ...parts,
    });
  };
  /** Without the map that no reader can do without: it is poison, and the item cannot be cached any more. */
  const spoil = (seq: string) => {
    const newImage = analysisImage('a1', '', nowS() + DAY_S, { analysisData: { S: `text ${seq}` } });
    const record = put(seq, '', nowS() + DAY_S, { newImage });
    table.set('a1', newImage);
    return record;
  };
  const remove = (seq: string) => {
    const oldImage = table.get('a1') ?? {};
    table.delete('a1');
    return analysisRecord('a1', { eventName: 'REMOVE', seq, at: nowS(), oldImage });
  };
  const cached = () => {
    const json = redis.ask('GET', 'analysis:a1');
    return typeof json === 'string' ? JSON.parse(json).analysisData.metrics.predictedArr : json;
  };
  return {
    clock,
    redis,
    table,
    nowS,
    processor,
    run,
    plan,
    put,
    spoil,
    remove,
    cached,
    reads: () => reads,
    whileReading: (fn: () => void) => {
      onRead = fn;
    },
  };
}
