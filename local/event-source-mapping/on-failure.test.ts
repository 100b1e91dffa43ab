import { describe, expect, it } from 'vitest';
import { parseMapping } from './index.ts';
import { javaDoubleText } from './java-double.ts';
import { type Discard, onFailureBody, onFailureKey } from './on-failure.ts';
import { eventJson, StreamRecord } from './stream-record.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/2026-09-17T12:49:54.528';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:NAME:ALIAS';

const mappingTo = (Destination: string, FunctionArn = FUNCTION) =>
  parseMapping({ EventSourceArn: STREAM, FunctionArn, DestinationConfig: { OnFailure: { Destination } } });
const toQueue = mappingTo('arn:aws:sqs:us-east-1:000000000000:q');

const streamRecord = (SequenceNumber: string, ApproximateCreationDateTime: number) =>
  new StreamRecord({ dynamodb: { ApproximateCreationDateTime, SequenceNumber } }, 0);

const discard = (more: Partial<Discard> = {}): Discard => ({
  condition: 'RetryAttemptsExhausted',
  records: [
    streamRecord('41800003314721981745013', 1_789_649_946),
    streamRecord('41900000000000000000000', 1_789_649_946),
    streamRecord('42100001330762507399791', 1_789_649_947),
  ],
  shardId: 'shardId-00000001789649399079-0d666f96',
  requestId: 'cb0cfcd7-36cb-4399-9058-ada2be1314eb',
  attempts: 2,
  lastReading: { kind: 'partial', from: 0 },
  ...more,
});
const sentAtMs = Date.parse('2026-09-17T13:03:40.011Z');
const version1 = { executedVersion: '1' };

describe('the body of an on-failure message', () => {
  it('for SQS is the recorded one to the byte', () => {
    expect(onFailureBody(discard(), toQueue, sentAtMs, version1)).toBe(
      '{"requestContext":{"requestId":"cb0cfcd7-36cb-4399-9058-ada2be1314eb","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:NAME:ALIAS","condition":"RetryAttemptsExhausted","approximateInvokeCount":2},' +
        '"responseContext":{"statusCode":200,"executedVersion":"1","functionError":null},' +
        '"version":"1.0","timestamp":"2026-09-17T13:03:40.011Z",' +
        '"DDBStreamBatchInfo":{"shardId":"shardId-00000001789649399079-0d666f96","startSequenceNumber":"41800003314721981745013","endSequenceNumber":"42100001330762507399791","approximateArrivalOfFirstRecord":"2026-09-17T12:59:06Z","approximateArrivalOfLastRecord":"2026-09-17T12:59:07Z","batchSize":3,"streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/2026-09-17T12:49:54.528"}}',
    );
  });

  it('for SNS is the same text', () => {
    const toTopic = mappingTo('arn:aws:sns:us-east-1:000000000000:t');
    expect(onFailureBody(discard(), toTopic, sentAtMs, version1)).toBe(
      onFailureBody(discard(), toQueue, sentAtMs, version1),
    );
  });

  it('for S3 holds the event as a JSON string between version and timestamp', () => {
    const body = onFailureBody(discard(), mappingTo('arn:aws:s3:::b'), sentAtMs, version1);
    const parsed = JSON.parse(body);
    expect(Object.keys(parsed)).toEqual([
      'requestContext',
      'responseContext',
      'version',
      'payload',
      'timestamp',
      'DDBStreamBatchInfo',
    ]);
    expect(parsed.payload).toBe(eventJson(discard().records));
    expect(JSON.parse(parsed.payload).Records).toHaveLength(3);
  });

  it('says Unhandled for a function that threw, and nothing of a response for records too old or too large', () => {
    const of = (more: Partial<Discard>) =>
      JSON.parse(onFailureBody(discard(more), toQueue, sentAtMs, version1));
    expect(of({ lastReading: { kind: 'error' } }).responseContext.functionError).toBe('Unhandled');
    expect(of({ condition: 'RecordAgeExceeded', lastReading: { kind: 'error' } })).not.toHaveProperty(
      'responseContext',
    );
    expect(of({ lastReading: { kind: 'oversized' } })).not.toHaveProperty('responseContext');
  });

  it('counts a batch that was never invoked as one', () => {
    const body = onFailureBody(
      discard({ condition: 'RecordAgeExceeded', attempts: 0, lastReading: undefined }),
      toQueue,
      sentAtMs,
      version1,
    );
    expect(JSON.parse(body).requestContext.approximateInvokeCount).toBe(1);
  });

  it.each([
    ['f', '$LATEST'],
    ['f:$LATEST', '$LATEST'],
    ['f:7', '7'],
    ['f:live', '1'],
  ])('names the version of %s as %s unless told otherwise', (name, expected) => {
    const mapping = mappingTo(
      'arn:aws:sqs:us-east-1:000000000000:q',
      `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    );
    const body = onFailureBody(discard(), mapping, sentAtMs, { executedVersion: undefined });
    expect(JSON.parse(body).responseContext.executedVersion).toBe(expected);
  });

  it('leaves out the numbers and times of records that have none', () => {
    const bare = new StreamRecord({}, sentAtMs);
    const { DDBStreamBatchInfo: info } = JSON.parse(
      onFailureBody(discard({ records: [bare] }), toQueue, sentAtMs, version1),
    );
    expect(info).not.toHaveProperty('startSequenceNumber');
    expect(info.approximateArrivalOfFirstRecord).toBe('2026-09-17T13:03:40Z');
  });
});

describe('the event and the key in S3', () => {
  it('writes the creation time as AWS does, and every other byte as the record has it', () => {
    const event =
      '{"eventID":"90285880394403b2fead76f2b8a2a91e","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1.789651659E9,"Keys":{"pk":{"S":"टमाटर"}},"SequenceNumber":"3200002536047326237760","SizeBytes":80,"StreamViewType":"NEW_AND_OLD_IMAGES"},"eventSourceARN":"arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/2026-09-17T13:26:53.746"}';
    const record = new StreamRecord(JSON.parse(event), 0);
    expect(eventJson([record, record])).toBe(`{"Records":[${event},${event}]}`);
    expect(record.bytes).toBe(Buffer.byteLength(event));
  });

  it.each([
    [1_789_651_660, '1.78965166E9'],
    [1_789_651_658, '1.789651658E9'],
    [1e9, '1.0E9'],
    [1_789_651_658.25, '1.78965165825E9'],
    [12, '12.0'],
    [0.5, '0.5'],
    [1e-4, '1.0E-4'],
    [0, '0.0'],
  ])('%d is written as the double %s', (value, text) => {
    expect(javaDoubleText(value)).toBe(text);
  });

  it('names the object by mapping, shard and time in UTC', () => {
    expect(onFailureKey('esm', 'shardId-1', Date.parse('2026-09-17T13:29:12.967Z'), 'uuid')).toBe(
      'aws/lambda/esm/shardId-1/2026/09/17/2026-09-17T13.29.12-uuid',
    );
  });
});
