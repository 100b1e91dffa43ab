import { expect, test } from 'vitest';
import { toEventRecord } from './event-record.ts';

const arn = 'arn:aws:dynamodb:here:000000000000:table/orders/stream/1';

test('a record reads as Lambda delivers it: base64, seconds, lower-case identity, the stream, AWS’s order of members', () => {
  const event = toEventRecord(
    {
      eventID: 'e1',
      eventName: 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'here',
      dynamodb: {
        ApproximateCreationDateTime: new Date('2026-03-01T00:00:01Z'),
        Keys: { id: { S: 'a' } },
        OldImage: {
          bytes: { B: Uint8Array.of(1, 2, 3) },
          sets: { BS: [Uint8Array.of(255)] },
          deep: { M: { list: { L: [{ B: Uint8Array.of(0) }, { NULL: true }, { NS: ['1'] }] } } },
        },
        SequenceNumber: '1',
        SizeBytes: 9,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
    },
    arn,
  );
  expect(JSON.stringify(event)).toBe(
    JSON.stringify({
      eventID: 'e1',
      eventName: 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'here',
      dynamodb: {
        ApproximateCreationDateTime: 1_772_323_201,
        Keys: { id: { S: 'a' } },
        OldImage: {
          bytes: { B: 'AQID' },
          sets: { BS: ['/w=='] },
          deep: { M: { list: { L: [{ B: 'AA==' }, { NULL: true }, { NS: ['1'] }] } } },
        },
        SequenceNumber: '1',
        SizeBytes: 9,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: arn,
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    }),
  );
});

test('a deletion by time to live is one also where the identity’s members are lost', () => {
  expect(toEventRecord({ eventName: 'REMOVE', userIdentity: {} }, arn)).toMatchObject({
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
  });
  expect(toEventRecord({ eventName: 'REMOVE' }, arn)).not.toHaveProperty('userIdentity');
});
