/** Batches of product changes as Lambda receives them: the market day's own products, renamed so that every batch is new to the index. */
import { join } from 'node:path';
import type { DynamoDBRecord } from 'aws-lambda';
import { readFixture } from '../../../fixtures/read.ts';

const MARKET_DAY = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'products', 'market-day.jsonl.gz');

/** The first `count` records of the day that show a product; each is about 2 KB with its images. */
export async function productRecords(count: number): Promise<readonly DynamoDBRecord[]> {
  const records: DynamoDBRecord[] = [];
  for await (const record of readFixture(MARKET_DAY)) {
    const { Keys, NewImage } = record.dynamodb ?? {};
    if (Keys?.SK?.S === 'DETAILS' && NewImage?.status?.S === 'active') records.push(record);
    if (records.length === count) return records;
  }
  throw new RangeError(`the market day has ${records.length} such records, not ${count}`);
}

/** Time is now and each product's id is new, so that the whole batch takes the path of live traffic. */
export function renamed(records: readonly DynamoDBRecord[], prefix: string, nowMs: number): DynamoDBRecord[] {
  return records.map((record, index) => {
    const { dynamodb } = record;
    const PK = { S: `PRODUCT#${prefix}-${index}` };
    return {
      ...record,
      eventID: `${prefix}-${index}`,
      dynamodb: {
        ...dynamodb,
        ApproximateCreationDateTime: Math.floor(nowMs / 1000),
        Keys: { ...dynamodb?.Keys, PK },
        NewImage: { ...dynamodb?.NewImage, PK },
      },
    };
  });
}
