/** What happens next in a history that never ends: a change of a followed table, or a write beside it that goes before the next change. */
import type { DynamoDBRecord } from 'aws-lambda';
import type { Image } from '../../../fixtures/generate/image.ts';
import { type Stream, streamArn } from '../../../fixtures/generate/record.ts';

export type Step =
  | { readonly kind: 'change'; readonly record: DynamoDBRecord }
  | { readonly kind: 'aside'; readonly table: 'providers' | 'services' | 'reviews'; readonly put: Image };

/** What a feed needs of a record: the rest is the table's own to say. */
export function put(stream: Stream, keys: Image, item: Image): Step {
  return {
    kind: 'change',
    record: {
      eventName: 'MODIFY',
      eventSourceARN: streamArn(stream),
      dynamodb: { Keys: keys, NewImage: { ...item, ...keys } },
    },
  };
}

export function remove(stream: Stream, keys: Image): Step {
  return {
    kind: 'change',
    record: { eventName: 'REMOVE', eventSourceARN: streamArn(stream), dynamodb: { Keys: keys } },
  };
}
