/** What must hold at the end of any scenario, in words that name the event or the connection for which it does not. */
import { languageKeys } from '../../../shared/languages.ts';
import { withShortTexts } from '../../../shared/notifications/inbox.ts';
import type { Notification } from '../../../shared/notifications/notification.ts';
import { nothingIsTold } from '../told.ts';
import { PROFILES, SPOKEN, USERS } from './history.ts';
import type { World } from './world.ts';

/** G1, G5: the inboxes hold exactly what was news, once. */
export function inboxEqualsExpected({ written, board }: World): string[] {
  const expected = new Set(
    written.flatMap(({ record, meaning }) =>
      meaning.kind === 'news'
        ? meaning.notices.map(({ recipient, type }) => `${recipient} ${record.eventID} ${type}`)
        : [],
    ),
  );
  const stored = [...board.rows.values()].map(({ user_id, SK }) => {
    const [, , , eventId, type] = SK.split('#');
    return `${user_id} ${eventId} ${type}`;
  });
  return [
    ...[...expected].filter((one) => !stored.includes(one)).map((one) => `not in the inbox: ${one}`),
    ...stored.filter((one) => !expected.has(one)).map((one) => `in an inbox, and no news: ${one}`),
    ...(new Set(stored).size < stored.length ? ['something is in an inbox twice'] : []),
  ];
}

interface Heard {
  readonly connection: string;
  readonly eventId: string;
  readonly type: string;
}

function heard({ board }: World): readonly Heard[] {
  return board.received.map(({ connection, body }) => {
    const { id } = JSON.parse(body) as { id: string };
    const [, , , eventId = id, type = ''] = id.split('#');
    return { connection, eventId, type };
  });
}

/** Every session hears of everything that is news to its user, but for pushes that ended at their bound. */
export function everySessionHears(world: World): string[] {
  const arrived = new Set(
    heard(world).map(({ connection, eventId, type }) => `${connection} ${eventId} ${type}`),
  );
  const missing = world.written.flatMap(({ record, meaning }) =>
    meaning.kind !== 'news'
      ? []
      : meaning.notices.flatMap(({ recipient, type }) =>
          ['phone', 'web']
            .map((device) => `${recipient}-${device} ${record.eventID} ${type}`)
            .filter((one) => !arrived.has(one)),
        ),
  );
  return missing.length <= world.undelivered ? [] : missing.map((one) => `never pushed: ${one}`);
}

/** Nobody hears of what is no news to them, and no session that is over hears of anything. */
export function nobodyElseHears(world: World): string[] {
  const due = new Set(
    world.written.flatMap(({ record, meaning }) =>
      meaning.kind === 'news'
        ? meaning.notices.map(({ recipient, type }) => `${recipient} ${record.eventID} ${type}`)
        : [],
    ),
  );
  return heard(world).flatMap(({ connection, eventId, type }) => {
    const [user, device] = connection.split('-');
    return due.has(`${user} ${eventId} ${type}`) && device !== 'over'
      ? []
      : [`${connection} heard of ${eventId}, ${type}`];
  });
}

/** Everyone reads their own language: the session's, else that of the profile. */
export function everyoneReadsTheirLanguage({ board }: World): string[] {
  return board.received.flatMap(({ connection, body }) => {
    const [user = '', device = ''] = connection.split('-');
    const { language, text } = JSON.parse(body) as { language: string; text: string };
    const own = device === 'phone' ? SPOKEN[user] : PROFILES[user];
    return language === own && text !== ''
      ? []
      : [`${connection} reads ${own}, and was written to in ${language}: “${text}”`];
  });
}

/** A session whose connection is gone is forgotten, and no other: one that is just being made is gone for a moment. */
export function onlyGoneSessionsAreForgotten({ board }: World): string[] {
  return USERS.flatMap((user) => ['phone', 'web', 'young', 'over'].map((device) => `${user}-${device}`))
    .filter((connection) => !board.connected.includes(connection))
    .map((connection) => `the session ${connection} was forgotten`);
}

/** Where nothing fails. */
export function goneSessionsAreForgotten({ board, written }: World): string[] {
  const told = new Set(
    written.flatMap(({ meaning }) =>
      meaning.kind === 'news' ? meaning.notices.map(({ recipient }) => recipient) : [],
    ),
  );
  return [...told]
    .map((user) => `${user}-gone`)
    .filter((connection) => board.connected.includes(connection))
    .map((connection) => `${connection} is gone, and its session was kept`);
}

/** Where nothing fails each bid, each purchase and each message counts once, however often it is brought. */
export function businessIsCountedOnce({ written, counted }: World): string[] {
  const made = written.flatMap(({ meaning }) =>
    meaning.kind === 'news' ? meaning.notices.filter(({ type }) => type.startsWith('new_')) : [],
  );
  return made.length === counted ? [] : [`${made.length} bids, purchases or messages, ${counted} counted`];
}

/** G7 */
export function nothingIsSaid(world: World): readonly string[] {
  return nothingIsTold(
    world,
    world.written.map(({ record: { dynamodb } }) => [dynamodb.NewImage, dynamodb.OldImage]),
    CLOSED_SETS,
  );
}

/** What metrics are told apart by, and what an item says in the same words. */
const CLOSED_SETS = [
  ...languageKeys,
  'read',
  'true',
  'agriculture',
  'handicrafts',
  'fisheries',
  'sericulture',
  'spices',
];

/** G2: on every connection, what is ordered together arrives first in the order of the stream. */
export function arrivesInOrder(world: World): string[] {
  const position = new Map(world.written.map(({ record, key }, index) => [record.eventID, { index, key }]));
  const last = new Map<string, number>();
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const { connection, eventId } of heard(world)) {
    const { index = -1, key = '' } = position.get(eventId) ?? {};
    if (seen.has(`${connection} ${eventId}`)) continue;
    seen.add(`${connection} ${eventId}`);
    const line = `${connection} ${key}`;
    if (index < (last.get(line) ?? -1)) problems.push(`${connection}: ${eventId} came too late`);
    last.set(line, Math.max(index, last.get(line) ?? -1));
  }
  return problems;
}

/** What nothing disturbed is pushed once. */
export function isPushedOnce(world: World): string[] {
  const all = heard(world).map(({ connection, eventId, type }) => `${connection} ${eventId} ${type}`);
  return new Set(all).size === all.length ? [] : ['something was pushed twice'];
}

interface Pushed {
  readonly id: string;
  readonly createdAt: string;
  readonly notification: Notification;
  readonly unread: number;
}

/** Nothing is pushed that is not in the inbox, and every push says when its event happened. */
export function pushesAreStored({ board, mayCountTwice }: World): string[] {
  return board.received.flatMap(({ connection, body }) => {
    const { id, createdAt, notification, unread } = JSON.parse(body) as Pushed;
    const [user = ''] = connection.split('-');
    const row = board.rows.get(`NOTIFICATION#${user} ${id}`);
    if (row?.created_at !== createdAt) return [`${connection}: ${id} was pushed and is not stored`];
    const isSame = JSON.stringify(withShortTexts(notification)) === JSON.stringify(row.notification);
    const isPossible = unread >= 1 && unread <= board.rowsOf(user).length + mayCountTwice;
    return [
      ...(isSame ? [] : [`${connection}: ${id} says something else than its row`]),
      ...(isPossible ? [] : [`${connection}: ${id} says that ${unread} wait`]),
    ];
  });
}

/** G1, G3: a letter for each poison record, none for any other, and nothing given up by the mapping. */
export function onlyPoisonIsLettered({ written, withheld, letters, onFailure }: World): string[] {
  const lettered = new Set(letters.map(({ record }) => (record as { eventID: string }).eventID));
  const poison = new Set(
    written.flatMap(({ record, meaning }) =>
      meaning.kind === 'poison' && !withheld.includes(record) ? [record.eventID] : [],
    ),
  );
  return [
    ...onFailure.map((body) => `the mapping gave up: ${body}`),
    ...[...lettered].filter((id) => !poison.has(id)).map((id) => `${id} is no poison, and was lettered`),
    ...[...poison].filter((id) => !lettered.has(id)).map((id) => `${id} is poison, and was not lettered`),
  ];
}
