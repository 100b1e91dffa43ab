/** What a reader asks of the product index, and a case for the mapping's simulator. */
import fc from 'fast-check';
import { MappingError } from '../../../local/event-source-mapping/index.ts';
import { readCase } from '../../../local/event-source-mapping/simulation/case.ts';
import { CaseError } from '../../../local/event-source-mapping/simulation/case-reader.ts';
import { runCase } from '../../../local/event-source-mapping/simulation/run-case.ts';
import { ProductQueryError } from '../../../shared/search/field-reader.ts';
import { buildProductSearch } from '../../../shared/search/product-query.ts';
import { streamRecord } from '../../support/record.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, SECRET, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

const QUERIES: readonly Json[] = [
  { text: 'tomato', language: 'hi', match: 'any', sort: 'relevance', size: 20 },
  { buyer: 'b2b', price: { min: 1, max: 9 }, orderQuantity: 10, sort: 'price-asc', category: ['a', 'b'] },
  { near: { lat: 25.6, lon: 85.1, km: 5 }, sort: 'distance', status: 'sold', cursor: 'eyJ2IjoxfQ' },
];

interface QueryCase {
  readonly query: number;
  readonly edits: readonly Edit[];
}

export const queriesFuzz = readingSuite<QueryCase>({
  name: 'queries',
  what: 'a question to the product index',
  cases: fc.record({ query: fc.nat({ max: 2 }), edits: fc.array(edit, { maxLength: 3 }) }),
  read({ query, edits }) {
    const { body, size } = buildProductSearch(JSON.parse(writtenOut(mangled(QUERIES[query] as Json, edits))));
    const text = JSON.stringify(body);
    return size >= 1 && size <= 100 && text.length < 200_000
      ? []
      : [`${size} products by ${text.length} characters`];
  },
  refuses: (error) =>
    error instanceof ProductQueryError && error.problems.every(({ message }) => !message.includes(SECRET)),
});

const records = ['1', '2', '3'].map((seq) => ({ atMs: Number(seq) * 100, record: streamRecord({ seq }) }));

const CASES = [
  {
    mapping: {
      BatchSize: 2,
      MaximumRetryAttempts: 2,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } },
    },
    shards: [{ shardId: 'shardId-1', records }],
    handler: [{ whenBatchHas: ['2'], times: 3, reportMatched: true }, { throw: { errorType: 'E' } }],
  },
  {
    mapping: {
      ParallelizationFactor: 3,
      MaximumRecordAgeInSeconds: 60,
      MaximumBatchingWindowInSeconds: 1,
      FilterCriteria: {
        Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"P"}]}}}}' }],
      },
    },
    shards: [
      { shardId: 'shardId-1', records },
      { shardId: 'shardId-2', parentShardId: 'shardId-1', records: [] },
    ],
    handler: [{ timeout: true, durationMs: 1000, times: 2 }, { respond: { batchItemFailures: [] } }],
    parameters: {},
    epochMs: 1_700_000_000_000,
  },
] as unknown as readonly Json[];

/** Turns of the event loop: many times what the longest case takes that ends. */
const MOST_TURNS = 60_000;

export const simulatorFuzz = readingSuite<QueryCase>({
  name: 'simulator',
  what: 'a case for the mapping’s simulator',
  cases: fc.record({ query: fc.nat({ max: 1 }), edits: fc.array(edit, { maxLength: 3 }) }),
  async read({ query, edits }) {
    const theCase = readCase(JSON.parse(writtenOut(mangled(CASES[query] as Json, edits))));
    let over = false;
    const ran = runCase(theCase).finally(() => {
      over = true;
    });
    const endless = turns(MOST_TURNS, () => over).then(() => undefined);
    const result = await Promise.race([ran, endless]);
    if (result === undefined) return ['it does not come to an end'];
    JSON.stringify(result.transcript);
    return [];
  },
  refuses: (error) => error instanceof CaseError || error instanceof MappingError,
});

async function turns(most: number, isOver: () => boolean): Promise<void> {
  for (let turn = 0; turn < most && !isOver(); turn++) await new Promise((resolve) => setImmediate(resolve));
}
