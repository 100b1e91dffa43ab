/**
 * Turns a record as GetRecords gives it into one as Lambda delivers it: binary as base64, the time in seconds, userIdentity in
 * lower case, and the stream's ARN. (DynamoDB API reference, "GetRecords"; Lambda developer guide, "with-ddb".)
 */
import type { AttributeValue, _Record as StreamsRecord } from '@aws-sdk/client-dynamodb-streams';

/** Members stand in the order in which AWS delivers them; what the record lacks is absent. */
export function toEventRecord(record: StreamsRecord, streamArn: string): Record<string, unknown> {
  const { dynamodb = {}, userIdentity } = record;
  const created = dynamodb.ApproximateCreationDateTime;
  return present({
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: record.eventSource,
    awsRegion: record.awsRegion,
    dynamodb: present({
      ApproximateCreationDateTime: created === undefined ? undefined : created.getTime() / 1000,
      Keys: image(dynamodb.Keys),
      NewImage: image(dynamodb.NewImage),
      OldImage: image(dynamodb.OldImage),
      SequenceNumber: dynamodb.SequenceNumber,
      SizeBytes: dynamodb.SizeBytes,
      StreamViewType: dynamodb.StreamViewType,
    }),
    eventSourceARN: streamArn,
    userIdentity:
      userIdentity === undefined
        ? undefined
        : {
            // Dynoxide names them in lower case, which the SDK does not read; only DynamoDB's time to live sends any.
            type: userIdentity.Type ?? 'Service',
            principalId: userIdentity.PrincipalId ?? 'dynamodb.amazonaws.com',
          },
  });
}

function image(attributes: Record<string, AttributeValue> | undefined) {
  if (attributes === undefined) return undefined;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, eventValue(value)]));
}

function eventValue(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.M !== undefined) return { M: image(value.M) };
  if (value.L !== undefined) return { L: value.L.map(eventValue) };
  return value;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
