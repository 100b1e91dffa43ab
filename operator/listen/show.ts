/** Makes lines for a terminal of what a listener hears. Whatever the texts contain, they cannot steer the terminal. */
import * as z from 'zod';
import type { ListenEvent } from './listener.ts';

/** Colours a text; see `styleText` of node:util. */
export type Style = (colour: 'green' | 'yellow' | 'cyan' | 'dim', text: string) => string;

/** @returns lines without line breaks */
export type Show = (event: ListenEvent) => readonly string[];

const entry = z.object({
  id: z.string(),
  createdAt: z.nullable(z.string()),
  notification: z.nullable(z.looseObject({ type: z.string() })),
});

const frame = z.discriminatedUnion('type', [
  entry.extend({ type: z.literal('notification'), text: z.string(), unread: z.number() }),
  z.object({ type: z.literal('inbox'), unread: z.number(), latest: z.array(entry) }),
]);

type Entry = z.infer<typeof entry>;

/** The inbox is announced with every ping: what was shown is not shown again. */
export function prettyShow(style: Style): Show {
  const shown = new Set<string>();
  let lastUnread: number | undefined;

  return (event) => {
    switch (event.kind) {
      case 'connected':
        return [style('green', 'connected')];
      case 'disconnected':
        return [style('yellow', `${disconnection(event)}; trying again …`)];
      case 'message':
        return message(event.text);
    }
  };

  function message(text: string): readonly string[] {
    const parsed = frame.safeParse(jsonOf(text));
    if (!parsed.success) return [`${style('dim', 'not understood:')} ${harmless(text)}`];
    const { data } = parsed;
    switch (data.type) {
      case 'notification':
        lastUnread = data.unread;
        return unseen([data]).map((one) => line(one, data.text));
      case 'inbox': {
        const changed = data.unread !== lastUnread;
        lastUnread = data.unread;
        const count = data.unread >= 100 ? '100 or more' : String(data.unread);
        const oldestFirst = data.latest.toReversed();
        return [
          ...(changed ? [style('dim', `inbox: ${count} waiting`)] : []),
          ...unseen(oldestFirst).map((one) => line(one, '')),
        ];
      }
    }
  }

  function unseen(entries: readonly Entry[]): readonly Entry[] {
    const news = entries.filter(({ id }) => !shown.has(id));
    for (const { id } of news) shown.add(id);
    return news;
  }

  function line({ createdAt, notification }: Entry, text: string): string {
    const { type = 'notification', ...fields } = notification ?? {};
    const parts = [
      style('dim', harmless(createdAt ?? '')),
      style('cyan', harmless(type)),
      harmless(text),
      style('dim', harmless(fieldsText(fields))),
    ];
    return parts.filter((part) => part !== '').join('  ');
  }
}

/** One JSON object a line, as it came. */
export const jsonShow: Show = (event) => {
  switch (event.kind) {
    case 'connected':
      return [JSON.stringify({ type: 'connected' })];
    case 'disconnected':
      return [JSON.stringify({ type: 'disconnected', code: event.code, reason: event.reason })];
    case 'message':
      return [JSON.stringify(jsonOf(event.text) ?? { type: 'not-understood', text: event.text })];
  }
};

function disconnection({ code, reason, wasOpen }: Extract<ListenEvent, { kind: 'disconnected' }>): string {
  const why = harmless(reason) || `code ${code}`;
  return wasOpen
    ? `disconnected (${why})`
    : 'not connected (the server cannot be reached, or refuses the token)';
}

function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** Control characters, among them those that begin escape sequences, and marks that reverse the direction of writing. */
function harmless(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
