import { describe, expect, it } from 'vitest';
import { compileFilters } from '../../local/event-source-mapping/index.ts';
import { renderText } from '../../shared/notifications/texts.ts';
import { decodeRecord } from '../../shared/stream/decode.ts';
import type { Attributes } from '../../test/support/bid.ts';
import { messageKeys, messageRecord } from '../../test/support/message.ts';
import { type RecordParts, streamRecord } from '../../test/support/record.ts';
import { orderingKey } from './chat.ts';
import { decide } from './decide.ts';
import { conversationsFilters } from './filters.ts';

type Changed = Parameters<typeof messageRecord>[0];

function decided(changed: Changed, parts: RecordParts = {}) {
  const decoded = decodeRecord(messageRecord(changed, parts), 'new-and-old');
  if (!decoded.ok) throw new Error(decoded.failure.details);
  return decide(decoded.change);
}

/** What is told, to whom: `ravi new_message`; or the rule or the code by which nothing is. */
function told(changed: Changed, parts: RecordParts = {}): string {
  const decision = decided(changed, parts);
  switch (decision.kind) {
    case 'effect':
      return decision.effect.notices
        .map(({ recipient, notification }) => `${recipient} ${notification.type}`)
        .join(', ');
    case 'ignored':
      return decision.rule;
    case 'poison':
      return decision.failure.code;
  }
}

function notice(changed: Changed) {
  const decision = decided(changed);
  if (decision.kind !== 'effect') throw new Error(decision.kind);
  const [first] = decision.effect.notices;
  return { ...first, english: renderText(first.text, 'english') };
}

const change = (before: Attributes, after: Attributes) => told({ before, after });

describe('who hears of a change', () => {
  it('is the recipient of a new message', () => {
    expect(told({ after: {} })).toBe('ravi new_message');
  });

  it('is the recipient of a second message that took the first one’s place in the same millisecond', () => {
    expect(change({}, { message_id: 'm2' })).toBe('ravi new_message');
    expect(change({ read_status: 'unread' }, { message_id: 'm2', read_status: 'read' })).toBe(
      'ravi new_message',
    );
  });

  it('is nobody when a message only gets its id', () => {
    expect(change({ message_id: undefined }, {})).toBe('no-news');
    expect(change({}, { message_id: null })).toBe('no-news');
    expect(change({ message_id: '' }, {})).toBe('no-news');
    expect(change({}, { message_id: '' })).toBe('no-news');
  });

  it.each([
    ['unread', 'read'],
    ['false', 'true'],
    ['Unread', 'READ'],
    [false, true],
    [undefined, 'read'],
    [null, true],
  ])('is the sender when read_status turns from %j to %j', (before, after) => {
    expect(change({ read_status: before }, { read_status: after })).toBe('asha message_read');
  });

  it.each([
    ['read', 'unread'],
    ['read', 'true'],
    ['unread', 'false'],
    ['unread', 'seen'],
    ['delivered', 'read'],
    [0, 1],
  ])('is nobody when read_status turns from %j to %j', (before, after) => {
    expect(change({ read_status: before }, { read_status: after })).toBe('no-news');
  });

  it('is nobody for the chat’s METADATA row, whatever happens to it', () => {
    const keys = { row: 'METADATA' };
    expect(told({ after: {}, keys })).toBe('metadata-row');
    expect(told({ before: {}, after: { last_message_at: 'x' }, keys })).toBe('metadata-row');
    expect(told({ before: {}, keys })).toBe('metadata-row');
  });

  it('is nobody when a message is deleted, by whomever, or a row is of no known kind', () => {
    const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(told({ before: {} })).toBe('removed');
    expect(told({ before: {} }, { userIdentity })).toBe('expired');
    expect(told({ after: {}, keys: { row: 'PINNED' } })).toBe('unknown-row');
    expect(told({ after: {}, keys: { row: 'MSG#' } })).toBe('unknown-row');
    expect(told({ after: {}, keys: { row: 'METADATA2' } })).toBe('unknown-row');
  });

  it('is nobody when somebody writes to oneself', () => {
    expect(told({ after: { recipient_id: 'asha' }, keys: { chat: 'asha#asha' } })).toBe('to-oneself');
  });
});

describe('the two parties', () => {
  it.each([
    'asha#ravi',
    'ravi#asha',
    'asha-ravi',
    'USER#asha#USER#ravi',
    'USER#ravi-USER#asha',
    'asha#USER#ravi',
  ])('are those of the chat %s', (chat) => {
    expect(told({ after: {}, keys: { chat } })).toBe('ravi new_message');
    const prefixed = { sender_id: 'USER#asha', recipient_id: 'USER#ravi' };
    expect(told({ after: prefixed, keys: { chat } })).toBe('ravi new_message');
  });

  it('may have ids that hold the separator', () => {
    const parties = { sender_id: 'a-b', recipient_id: 'c#d' };
    expect(told({ after: parties, keys: { chat: 'a-b-c#d' } })).toBe('c#d new_message');
  });

  it.each(['asha#meera', 'meera-ravi', 'asharavi', 'asha#ravi#meera', 'xasha#ravi'])(
    'are not those of the chat %s: nobody hears of it',
    (chat) => {
      expect(told({ after: {}, keys: { chat } })).toBe('NOT_THE_PARTIES');
      expect(told({ before: {}, after: { read_status: 'read' }, keys: { chat } })).toBe('NOT_THE_PARTIES');
    },
  );

  it.each<[string, Attributes]>([
    ['nobody is named as the recipient', { recipient_id: undefined }],
    ['the sender is a number', { sender_id: 4 }],
    ['a text is a list', { original_text: ['a'] }],
    ['the message is a number', { message: 4 }],
  ])('cannot be told when %s', (_, after) => {
    expect(told({ after })).toBe('INVALID_MESSAGE');
  });
});

describe('what is told of a new message', () => {
  const audio = { original_audio: 's3://voices/1.ogg', translated_audio: 's3://voices/2.ogg' };

  it('is who wrote what in which chat, and everything of it beside', () => {
    expect(notice({ after: audio })).toMatchObject({
      notification: {
        type: 'new_message',
        chatId: 'asha#ravi',
        messageId: 'm1',
        senderId: 'asha',
        messageType: 'text',
        preview: 'தக்காளி புதியதா?',
      },
      details: {
        originalText: 'टमाटर ताज़े हैं?',
        translatedText: 'தக்காளி புதியதா?',
        originalAudio: 's3://voices/1.ogg',
        translatedAudio: 's3://voices/2.ogg',
        sourceLanguage: 'hindi',
        targetLanguage: 'tamil',
      },
      english: 'New message: தக்காளி புதியதா?',
    });
  });

  it('is the same wherever the item keeps its texts and links', () => {
    const body = { original_text: 'a', translated_text: 'b', ...audio };
    const nothing = Object.fromEntries(Object.keys(body).map((name) => [name, undefined]));
    const within = notice({ after: { ...nothing, message: body } });
    expect(within).toEqual(notice({ after: body }));
    expect(
      notice({ after: { ...nothing, message: { original: 'a', translated: 'b' } } }).details,
    ).toMatchObject({
      originalText: 'a',
      translatedText: 'b',
    });
    expect(notice({ after: { ...nothing, message: 'a' } }).notification).toMatchObject({ preview: 'a' });
  });

  it('has a preview of the text as the recipient reads it, within 100 characters', () => {
    const long = { translated_text: 'விலை\nஎன்ன? '.repeat(30) };
    const { notification } = notice({ after: long });
    const { preview } = notification as { preview: string };
    expect(preview.length).toBeLessThanOrEqual(100);
    expect(preview).toMatch(/^விலை என்ன\? விலை .*…$/);
    expect(notice({ after: { translated_text: '' } }).notification).toMatchObject({
      preview: 'टमाटर ताज़े हैं?',
    });
  });

  it('says what kind of message it is where there is no text', () => {
    const silent = { original_text: null, translated_text: null };
    expect(notice({ after: { ...silent, message_type: 'voice' } }).english).toBe(
      'You have a new voice message',
    );
    expect(notice({ after: { ...silent, message_type: 'image' } }).english).toBe('You have a new picture');
    expect(notice({ after: { ...silent, message_type: 'hologram' } }).english).toBe('You have a new message');
  });

  it('names a message without id by when it was written', () => {
    expect(notice({ after: { message_id: undefined } }).notification).toMatchObject({
      messageId: '2026-03-17T03:30:00.000Z',
    });
  });

  it('counts nothing when it was only read', () => {
    const decision = decided({ before: {}, after: { read_status: 'read' } });
    expect(decision).toMatchObject({ kind: 'effect', effect: { counts: [] } });
  });

  it('counts by the pair of languages, in a closed set, and apart what was translated', () => {
    const counts = (after: Attributes) => {
      const decision = decided({ after });
      return decision.kind === 'effect' ? decision.effect.counts : [];
    };
    const dimensions = { SourceLanguage: 'hindi', TargetLanguage: 'tamil' };
    expect(counts({})).toEqual([
      { name: 'Messages', dimensions },
      { name: 'Translations', dimensions },
    ]);
    expect(counts({ translated_text: null, source_lang: 'klingon', target_lang: null })).toEqual([
      { name: 'Messages', dimensions: { SourceLanguage: 'other', TargetLanguage: 'other' } },
    ]);
  });
});

it('a receipt says who read which message, and when', () => {
  const after = { read_status: 'read', read_at: '2026-03-17T03:31:00.000Z' };
  expect(notice({ before: {}, after })).toMatchObject({
    recipient: 'asha',
    notification: {
      type: 'message_read',
      chatId: 'asha#ravi',
      messageId: 'm1',
      readerId: 'ravi',
      readAt: '2026-03-17T03:31:00.000Z',
    },
    english: 'Your message has been read',
  });
});

it('all rows of a chat share its ordering key', () => {
  const of = (keys: object) => {
    const decoded = decodeRecord(streamRecord({ keys }), 'new');
    return decoded.ok ? orderingKey(decoded.change) : undefined;
  };
  expect(of(messageKeys())).toBe('CHAT#asha#ravi');
  expect(of(messageKeys({ row: 'METADATA' }))).toBe('CHAT#asha#ravi');
  expect(of({ PK: { S: 'CHAT#' }, SK: { S: 'METADATA' } })).toBeUndefined();
  expect(of({ PK: { S: 'ROOM#1' }, SK: { S: 'MSG#1' } })).toBeUndefined();
});

describe('the mapping’s filters', () => {
  const passes = compileFilters(conversationsFilters.map(({ Pattern }) => Pattern));

  it('let pass what is written and changed of messages, and rows that nobody knows', () => {
    expect(passes?.(messageRecord({ after: {} }))).toBe(true);
    expect(passes?.(messageRecord({ before: {}, after: { read_status: 'read' } }))).toBe(true);
    expect(passes?.(messageRecord({ after: {}, keys: { row: 'PINNED' } }))).toBe(true);
    expect(passes?.(messageRecord({ after: {}, keys: { row: 'MSG#' } }))).toBe(true);
  });

  it('hold back METADATA rows and every deletion', () => {
    const keys = { row: 'METADATA' };
    const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(passes?.(messageRecord({ after: {}, keys }))).toBe(false);
    expect(passes?.(messageRecord({ before: {}, after: {}, keys }))).toBe(false);
    expect(passes?.(messageRecord({ before: {} }))).toBe(false);
    expect(passes?.(messageRecord({ before: {} }, { userIdentity }))).toBe(false);
  });
});

describe('what is said of a message', () => {
  it('is its beginning: a hundred characters in all, and the whole of what has no more', () => {
    const said = (original_text: string) =>
      notice({ after: { original_text, translated_text: null } }).notification as { preview: string };
    expect(said('a'.repeat(100)).preview).toBe('a'.repeat(100));
    expect(said('a'.repeat(101)).preview).toBe(`${'a'.repeat(99)}…`);
  });

  it('knows a voice message in any case', () => {
    const { english } = notice({
      after: { message_type: 'VOICE', original_text: 'Listen', translated_text: null },
    });
    expect(english).toBe('New voice message: Listen');
  });

  it('has the row’s own name where it has no id', () => {
    expect(notice({ after: { message_id: '' } }).notification).toMatchObject({
      messageId: '2026-03-17T03:30:00.000Z',
    });
  });
});
