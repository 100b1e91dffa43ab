/** Builds items and records of the conversations table for tests: valid by default, anything overridden by name. */
import { type Image, image } from '../../fixtures/generate/image.ts';
import type { Attributes } from './bid.ts';
import { type RecordParts, streamRecord } from './record.ts';

export interface RowKeys {
  readonly chat?: string;
  readonly row?: string;
}

export const messageKeys = ({
  chat = 'asha#ravi',
  row = 'MSG#2026-03-17T03:30:00.000Z',
}: RowKeys = {}): Image => image({ PK: `CHAT#${chat}`, SK: row });

export function messageImage(attributes: Attributes = {}, keys: RowKeys = {}): Image {
  return {
    ...messageKeys(keys),
    ...image({
      message_id: 'm1',
      sender_id: 'asha',
      recipient_id: 'ravi',
      message_type: 'text',
      original_text: 'टमाटर ताज़े हैं?',
      translated_text: 'தக்காளி புதியதா?',
      original_audio: null,
      translated_audio: null,
      source_lang: 'hindi',
      target_lang: 'tamil',
      read_status: 'unread',
      created_at: '2026-03-17T03:30:00.000Z',
      ttl: 1_776_310_200,
      ...attributes,
    }),
  };
}

/** A change of one message: INSERT without `before`, REMOVE without `after`. */
export function messageRecord(
  { before, after, keys = {} }: { before?: Attributes; after?: Attributes; keys?: RowKeys },
  parts: RecordParts = {},
) {
  return streamRecord({
    eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    keys: messageKeys(keys),
    ...(after === undefined ? {} : { newImage: messageImage(after, keys) }),
    ...(before === undefined ? {} : { oldImage: messageImage(before, keys) }),
    ...parts,
  });
}
