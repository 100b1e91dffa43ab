/** What must hold at the end of any scenario, in words that name the event or the connection for which it does not. */
import type { World } from './world.ts';

/** G1, G5: the inboxes hold exactly what was news, once. */
export function inboxEqualsExpected({ written, board }: World): string[] {
  const expected = new Set(
    written.flatMap(({ record, meaning }) =>
      meaning.kind === 'news' ? [`${meaning.recipient} ${record.eventID} ${meaning.type}`] : [],
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
}

function heard({ board }: World): readonly Heard[] {
  return board.received.map(({ connection, body }) => {
    const { id } = JSON.parse(body) as { id: string };
    return { connection, eventId: id.split('#')[3] ?? id };
  });
}

/** Every session hears of everything that is news to its user, but for pushes that ended at their bound. */
export function everySessionHears(world: World): string[] {
  const arrived = new Set(heard(world).map(({ connection, eventId }) => `${connection} ${eventId}`));
  const missing = world.written.flatMap(({ record, meaning }) =>
    meaning.kind !== 'news'
      ? []
      : ['phone', 'web']
          .map((device) => `${meaning.recipient}-${device} ${record.eventID}`)
          .filter((one) => !arrived.has(one)),
  );
  return missing.length <= world.undelivered ? [] : missing.map((one) => `never pushed: ${one}`);
}

/** Nobody hears of what is no news to them. */
export function nobodyElseHears(world: World): string[] {
  const recipients = new Map(
    world.written.map(({ record, meaning }) => [
      record.eventID,
      meaning.kind === 'news' ? meaning.recipient : 'nobody',
    ]),
  );
  return heard(world).flatMap(({ connection, eventId }) =>
    connection.startsWith(`${recipients.get(eventId)}-`) ? [] : [`${connection} heard of ${eventId}`],
  );
}

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
  const all = heard(world).map(({ connection, eventId }) => `${connection} ${eventId}`);
  return new Set(all).size === all.length ? [] : ['something was pushed twice'];
}

/** Nothing is pushed that is not in the inbox, and every push says when its event happened. */
export function pushesAreStored({ board }: World): string[] {
  return board.received.flatMap(({ connection, body }) => {
    const { id, createdAt } = JSON.parse(body) as { id: string; createdAt: string };
    const [user] = connection.split('-');
    const row = board.rows.get(`NOTIFICATION#${user} ${id}`);
    return row?.created_at === createdAt ? [] : [`${connection}: ${id} was pushed and is not stored`];
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
