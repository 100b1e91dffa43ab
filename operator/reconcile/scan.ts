/** Reads a table for the keys of a projection, segment by segment: every row that is there throughout comes at least once. */
import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Operated } from '../../shared/operate/operated.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';

/** Where a scan goes on; all of it names one row. */
export type RowKey = Readonly<Record<string, AttributeValue>>;

export interface ScannedPage {
  readonly keys: readonly string[];
  /** Absent after the segment's last page. */
  readonly next?: RowKey;
}

export type ScanPage = (
  segment: { readonly index: number; readonly of: number },
  from: RowKey | undefined,
  signal: AbortSignal,
) => Promise<ScannedPage>;

/** Rows of a page: what is lost when a run is killed. */
const PAGE_ROWS = 1_000;

/**
 * Only what the keys are made of leaves the table, and it is read consistently, which costs one read unit per 4 KB of the whole rows
 * (DynamoDB developer guide, "Scanning tables").
 */
export function tableScan(
  client: DynamoDBClient,
  tableName: string,
  { attributes, keysOf }: Pick<Operated, 'attributes' | 'keysOf'>,
): ScanPage {
  const names = Object.fromEntries(attributes.map((name, index) => [`#a${index}`, name]));
  return async ({ index, of }, from, abortSignal) => {
    const { Items: rows = [], LastEvaluatedKey: next } = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        ProjectionExpression: Object.keys(names).join(', '),
        ExpressionAttributeNames: names,
        Limit: PAGE_ROWS,
        ...(of === 1 ? {} : { Segment: index, TotalSegments: of }),
        ...(from === undefined ? {} : { ExclusiveStartKey: { ...from } }),
      }),
      { abortSignal },
    );
    const keys = [...new Set(rows.flatMap((row) => keysOf(decodeImage(row))))];
    return { keys, ...(next === undefined ? {} : { next }) };
  };
}
