/** What a change of the conversations table means: a new message for its recipient, or a receipt for its sender. */
import { cutText, onOneLine } from '../../shared/notifications/characters.ts';
import { languageDimension } from '../../shared/notifications/metric-values.ts';
import type { Notice } from '../../shared/notifications/notification.ts';
import type { BusinessCount, NotifyEffect } from '../../shared/notifications/notifier.ts';
import { readUser } from '../../shared/notifications/read-user.ts';
import type { Change, Item } from '../../shared/stream/change.ts';
import { parseItem } from '../../shared/stream/parse-item.ts';
import type { Decision } from '../../shared/stream/processor.ts';
import { chatId, isBetween, rowOf } from './chat.ts';
import { isRead, type MessageItem, messageBody, messageItem } from './item.ts';

const INVALID = 'INVALID_MESSAGE';
const PREVIEW = 100;
const LABEL = 60;

export function decide(change: Change): Decision<NotifyEffect> {
  const row = rowOf(change);
  if (row.kind !== 'message') return { kind: 'ignored', rule: `${row.kind}-row` };
  const { newImage, oldImage } = change;
  if (newImage === undefined) return { kind: 'ignored', rule: change.expired ? 'expired' : 'removed' };
  const news = newsOf(newImage, oldImage);
  if (news === 'nothing') return { kind: 'ignored', rule: 'no-news' };
  const parsed = parseItem(messageItem, newImage, INVALID);
  if (!parsed.ok) return { kind: 'poison', failure: parsed.failure };
  const sender = readUser(newImage, 'sender_id', INVALID);
  if (!sender.ok) return { kind: 'poison', failure: sender.failure };
  const recipient = readUser(newImage, 'recipient_id', INVALID);
  if (!recipient.ok) return { kind: 'poison', failure: recipient.failure };
  const chat = chatId(change);
  if (!isBetween(chat, sender.userId, recipient.userId)) {
    const details = 'sender_id and recipient_id are not the two parties that the key names';
    return { kind: 'poison', failure: { code: 'NOT_THE_PARTIES', details } };
  }
  if (sender.userId === recipient.userId) return { kind: 'ignored', rule: 'to-oneself' };
  const message: Told = {
    chatId: chat,
    messageId: parsed.item.message_id || row.written,
    senderId: sender.userId,
    recipientId: recipient.userId,
    item: parsed.item,
  };
  return news === 'read'
    ? { kind: 'effect', effect: { notices: [receipt(message)], counts: [] } }
    : { kind: 'effect', effect: { notices: [newMessage(message)], counts: countsOf(parsed.item) } };
}

/** Two messages in one millisecond share a key: the second replaces the first, and is a new message all the same. */
function newsOf(now: Item, before: Item | undefined): 'message' | 'read' | 'nothing' {
  if (before === undefined || isAnother(now.message_id, before.message_id)) return 'message';
  return isRead(now.read_status) === true && isRead(before.read_status) === false ? 'read' : 'nothing';
}

/** An id that was added or taken away makes no other message. */
function isAnother(now: Item[string] | undefined, before: Item[string] | undefined): boolean {
  return (
    typeof now === 'string' && typeof before === 'string' && now !== '' && before !== '' && now !== before
  );
}

interface Told {
  readonly chatId: string;
  readonly messageId: string;
  readonly senderId: string;
  readonly recipientId: string;
  readonly item: MessageItem;
}

function newMessage({ chatId, messageId, senderId, recipientId, item }: Told): Notice {
  const body = messageBody(item);
  const preview = cutText(onOneLine(body.translatedText ?? body.originalText ?? ''), PREVIEW);
  const details = {
    ...body,
    sourceLanguage: label(item.source_lang),
    targetLanguage: label(item.target_lang),
  };
  const messageType = label(item.message_type);
  const kind = { messageType: messageType?.toLowerCase() ?? '' };
  return {
    recipient: recipientId,
    notification: { type: 'new_message', chatId, messageId, senderId, messageType, preview },
    details: Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null)),
    text:
      preview === ''
        ? { key: 'new_message_open', values: kind }
        : { key: 'new_message', values: { ...kind, preview } },
  };
}

function receipt({ chatId, messageId, senderId, recipientId, item }: Told): Notice {
  const readAt = label(item.read_at);
  return {
    recipient: senderId,
    notification: { type: 'message_read', chatId, messageId, readerId: recipientId, readAt },
    details: {},
    text: { key: 'message_read', values: {} },
  };
}

function countsOf(item: MessageItem): readonly BusinessCount[] {
  const dimensions = {
    SourceLanguage: languageDimension(item.source_lang),
    TargetLanguage: languageDimension(item.target_lang),
  };
  const { translatedText, translatedAudio } = messageBody(item);
  const translated = translatedText !== null || translatedAudio !== null;
  return [{ name: 'Messages', dimensions }, ...(translated ? [{ name: 'Translations', dimensions }] : [])];
}

function label(text: string | null | undefined): string | null {
  return text === null || text === undefined || text === '' ? null : cutText(onOneLine(text), LABEL);
}
