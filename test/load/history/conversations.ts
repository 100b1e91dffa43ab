/** Chats for ever: people write to each other and read what was written; chats begin, go on for a while, and fall silent. */
import {
  conversationsStream,
  type Message,
  messageRow,
  metadataRow,
} from '../../../fixtures/generate/conversations/message.ts';
import type { Image } from '../../../fixtures/generate/image.ts';
import type { Random } from '../../../fixtures/generate/random.ts';
import { PHRASES, phrase } from '../../../fixtures/generate/trade/phrases.ts';
import { type LanguageKey, languageKeys } from '../../../shared/languages.ts';
import { put, remove, type Step } from './step.ts';

/** Chats at a time. */
const CHATS = 600;
/** A chat goes on for about so many messages. */
const MESSAGES_OF_A_CHAT = 12;
/** Messages that may still be read or deleted. */
const LATEST = 1_500;

interface Chat {
  readonly buyerId: string;
  readonly vendorId: string;
  readonly languages: readonly [LanguageKey, LanguageKey];
}

export function* conversationHistory(random: Random, startMs: number): Generator<Step, never> {
  const chats: Chat[] = [];
  const latest: Message[] = [];
  for (let number = 0; ; number++) {
    // A row's key is the millisecond in which it was written.
    const now = new Date(startMs + number).toISOString();
    const what = random.weighted([
      [62, 'message'],
      [26, 'read'],
      [7, 'metadata'],
      [4.8, 'deleted'],
      [0.2, 'poison'],
    ] as const);
    const index = random.int(0, Math.max(0, latest.length - 1));
    const known = latest[index];
    if (known === undefined || what === 'message' || what === 'poison') {
      const chat = chatFor(random, chats, number);
      const message = newMessage(random, chat, number, now);
      if (what === 'poison') {
        yield written({ ...messageRow(message), recipient_id: { S: 'somebody-else' } });
        continue;
      }
      latest.push(message);
      if (latest.length > LATEST) latest.shift();
      yield written(messageRow(message));
    } else if (what === 'read') {
      const read = { ...known, read: true, readAt: now };
      latest[index] = read;
      yield written(messageRow(read));
    } else if (what === 'metadata') yield written(metadataRow(known));
    else {
      latest.splice(index, 1);
      yield remove(conversationsStream, keysOf(messageRow(known)));
    }
  }
}

const written = (row: Image): Step => put(conversationsStream, keysOf(row), row);

function keysOf({ PK, SK }: Image): Image {
  return { ...(PK && { PK }), ...(SK && { SK }) };
}

function chatFor(random: Random, chats: Chat[], number: number): Chat {
  const chosen = chats[random.int(0, CHATS - 1)];
  if (chosen !== undefined && !random.chance(1 / MESSAGES_OF_A_CHAT)) return chosen;
  const chat: Chat = {
    buyerId: `buyer-${number}`,
    vendorId: `vendor-${random.int(1, 900)}`,
    languages: [random.pick(languageKeys), random.pick(languageKeys)],
  };
  if (chats.length < CHATS) chats.push(chat);
  else chats[random.int(0, CHATS - 1)] = chat;
  return chat;
}

function newMessage(random: Random, chat: Chat, number: number, createdAt: string): Message {
  const byBuyer = random.chance(0.5);
  const [from, to] = byBuyer ? ([0, 1] as const) : ([1, 0] as const);
  const said = random.int(0, PHRASES - 1);
  const parties = [chat.buyerId, chat.vendorId] as const;
  return {
    chat: parties.join('#'),
    id: `soak-${number}`,
    senderId: parties[from],
    recipientId: parties[to],
    type: 'text',
    originalText: phrase(said, chat.languages[from]),
    translatedText: phrase(said, chat.languages[to]),
    sourceLanguage: chat.languages[from],
    targetLanguage: chat.languages[to],
    read: false,
    createdAt,
  };
}
