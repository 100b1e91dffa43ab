/** Builds stream records for tests: a valid one by default, anything overridden by name. */
export interface RecordParts {
  readonly eventName?: string;
  readonly eventID?: string;
  readonly seq?: string;
  /** Seconds since the epoch. */
  readonly at?: number;
  readonly keys?: object;
  readonly newImage?: object;
  readonly oldImage?: object;
  readonly userIdentity?: object;
}

export const STREAM_ARN =
  'arn:aws:dynamodb:us-east-1:000000000000:table/ek-bharath-products/stream/2026-01-01T00:00:00.000';

export function streamRecord(parts: RecordParts = {}) {
  const { eventName = 'INSERT', seq = '100000000000000000001', at = 1_700_000_000 } = parts;
  return {
    eventID: parts.eventID ?? `event-${seq}`,
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: at,
      Keys: parts.keys ?? productKeys('p1'),
      ...(eventName === 'REMOVE' ? {} : { NewImage: parts.newImage ?? productImage('p1') }),
      ...(eventName === 'INSERT' ? {} : { OldImage: parts.oldImage ?? productImage('p1') }),
      SequenceNumber: seq,
      SizeBytes: 100,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: STREAM_ARN,
    ...(parts.userIdentity === undefined ? {} : { userIdentity: parts.userIdentity }),
  };
}

export function productKeys(id: string, row = 'DETAILS') {
  return { PK: { S: `PRODUCT#${id}` }, SK: { S: row } };
}

export function productImage(id: string, attributes: object = {}) {
  return {
    ...productKeys(id),
    product_id: { S: id },
    vendor_id: { S: 'v1' },
    title: { M: { english: { S: 'Tomato' }, hindi: { S: 'टमाटर' } } },
    category: { S: 'agriculture' },
    pricing: {
      M: {
        wholesale: { M: { min_quantity: { N: '10' }, price: { N: '18.5' } } },
        retail: { M: { price: { N: '24' } } },
      },
    },
    location: {
      M: {
        state: { S: 'Bihar' },
        district: { S: 'Patna' },
        coordinates: { L: [{ N: '25.6' }, { N: '85.1' }] },
      },
    },
    quantity_available: { N: '100' },
    unit: { S: 'kg' },
    status: { S: 'active' },
    created_at: { S: '2026-01-01T00:00:00.000Z' },
    updated_at: { S: '2026-01-01T00:00:00.000Z' },
    ...attributes,
  };
}
