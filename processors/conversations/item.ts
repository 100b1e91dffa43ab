/** The message item as its writers really write it: texts and links stand in the item itself or in its map `message`. */
import * as z from 'zod/mini';
import type { Value } from '../../shared/stream/change.ts';
import { text } from '../../shared/stream/parse-item.ts';

const body = {
  original_text: text,
  translated_text: text,
  original_audio: text,
  translated_audio: text,
};

export const messageItem = z.object({
  ...body,
  /** The same four within, or plain text. */
  message: z.optional(
    z.nullable(
      z.union([z.string(), z.object({ ...body, original: text, translated: text })], {
        error: 'expected text, or a map of texts and links',
      }),
    ),
  ),
  message_id: text,
  message_type: text,
  source_lang: text,
  target_lang: text,
  read_at: text,
});

export type MessageItem = z.infer<typeof messageItem>;

export interface MessageBody {
  readonly originalText: string | null;
  readonly translatedText: string | null;
  readonly originalAudio: string | null;
  readonly translatedAudio: string | null;
}

/** Empty text is no text. */
export function messageBody(item: MessageItem): MessageBody {
  const within = typeof item.message === 'string' ? { original: item.message } : item.message;
  return {
    originalText: item.original_text || within?.original_text || within?.original || null,
    translatedText: item.translated_text || within?.translated_text || within?.translated || null,
    originalAudio: item.original_audio || within?.original_audio || null,
    translatedAudio: item.translated_audio || within?.translated_audio || null,
  };
}

/**
 * Writers say it in words, in true and false as text, and as a boolean; a message that says nothing was not read.
 *
 * @returns undefined for anything else: that is news of nothing
 */
export function isRead(status: Value | undefined): boolean | undefined {
  switch (typeof status === 'string' ? status.trim().toLowerCase() : (status ?? null)) {
    case 'read':
    case 'true':
    case true:
      return true;
    case 'unread':
    case 'false':
    case '':
    case false:
    case null:
      return false;
    default:
      return undefined;
  }
}
