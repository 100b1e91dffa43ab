/** What must hold at the end of any scenario, in words that name the product or the record for which it does not. */
import type { World } from './world.ts';

const PRODUCTS = ['p1', 'p2', 'p3', 'p4'];

/** G5, G6: the index equals the table; where an item cannot be projected, it holds a state that item once had, or nothing. */
export function indexEqualsTable({ table, documents }: World): string[] {
  return PRODUCTS.flatMap((product) => problemOf(product, documents.get(product), table) ?? []);
}

function problemOf(product: string, stored: string | undefined, table: World['table']): string | undefined {
  const wanted = table.wanted(product);
  switch (wanted.kind) {
    case 'document':
      if (stored === wanted.json) return undefined;
      return `${product}: the index holds ${stored ?? 'nothing'}, the table ${wanted.json}`;
    case 'nothing':
      return stored === undefined ? undefined : `${product}: the index holds ${stored}, the table nothing`;
    case 'spoiled':
      if (stored === undefined || table.pastDocuments(product).has(stored)) return undefined;
      return `${product}: the index holds ${stored}, which the product never was`;
  }
}

/** G6: where an item cannot be projected, what the index holds was never out of it since: a deletion is not undone. */
export function noneIsRaised({ table, documents }: World): string[] {
  return PRODUCTS.flatMap((product) => {
    const stored = documents.get(product);
    if (table.wanted(product).kind !== 'spoiled' || stored === undefined) return [];
    return table.documentsSinceDeletion(product).has(stored)
      ? []
      : [`${product}: the index holds ${stored}, which was deleted since`];
  });
}

/** Where no dependency fails, no delivery and no operator, whatever they bring, makes the mapping wait. */
export function nothingIsHeldUp({ heldUp }: World): string[] {
  return heldUp === 0 ? [] : [`${heldUp} invocations left something unsettled, though nothing failed`];
}

/**
 * G1, G3: one letter for each record that our schema refuses, at most one for each that the engine refuses (a newer state may have
 * come first; none has where it is the last), none for any other, and nothing given up by the mapping.
 *
 * @param mayRepeat true when a delivery beside the mapping's, a crash or an ambiguous answer of the queue may have lettered a record again
 */
export function onlyPoisonIsLettered({ table, letters, onFailure }: World, mayRepeat: boolean): string[] {
  const times = new Map<string, number>();
  for (const { record } of letters) {
    const { eventID } = record as { eventID: string };
    times.set(eventID, (times.get(eventID) ?? 0) + 1);
  }
  const problems = onFailure.map((body) => `the mapping gave up: ${body}`);
  for (const [eventId, count] of times) {
    if (!table.poison.has(eventId)) problems.push(`${eventId} is no poison, and was lettered`);
    if (count > 1 && !mayRepeat) problems.push(`${eventId} was lettered ${count} times`);
  }
  const last = new Set(PRODUCTS.map((product) => table.lastEvent(product)));
  for (const [eventId, how] of table.poison) {
    if ((how === 'schema' || last.has(eventId)) && !times.has(eventId))
      problems.push(`${eventId} is poison, and was never lettered`);
  }
  return problems;
}

/**
 * G1, in numbers: over all batches each record counts once as what it ended as, and the letters are as many as the log says. True
 * where no answer is lost and nothing comes beside the mapping.
 */
export function countsAddUp({ table, withheld, summaries, letters }: World): string[] {
  const sum = (count: (summary: World['summaries'][number]) => number) =>
    summaries.reduce((total, summary) => total + count(summary), 0);
  const expected = [
    ['records settled', table.records.length - withheld.length, sum(settledIn)],
    ['records counted as poison', letters.length, sum(({ outcomes }) => outcomes.poison)],
    ['letters', letters.length, sum(({ deadLetters }) => deadLetters)],
    ['other rows', table.otherRows, sum(({ ignoredByRule }) => total(ignoredByRule))],
  ] as const;
  return expected.flatMap(([what, wanted, counted]) =>
    wanted === counted ? [] : [`${what}: ${wanted}, and the summaries count ${counted}`],
  );
}

const total = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, count) => all + count, 0);

const settledIn = ({ outcomes }: World['summaries'][number]) => total(outcomes) - outcomes.transient;

/** G7: what is logged, measured, answered, or said of a letter's failure, holds nothing of an item. */
export function nothingIsTold({ summaries, letters, answers }: World): string[] {
  const told = JSON.stringify([summaries, answers, letters.map(({ error }) => error)]);
  return SECRETS.flatMap((secret) => (told.includes(secret) ? [`a log or an answer holds “${secret}”`] : []));
}

/** Values of the items, readable and not. */
const SECRETS = ['Tomato', 'टमाटर', 'Bihar', 'Patna', 'yesterday', 'lots-of-it'];

/** G5: however a history is cut into batches, and however late, the index is that of one pass record by record. */
export function indexEqualsCleanPass({ table, documents }: World): string[] {
  return PRODUCTS.flatMap((product) => {
    const stored = documents.get(product);
    const clean = table.lastDocument(product);
    return stored === clean
      ? []
      : [`${product}: the index holds ${stored ?? 'nothing'}, a clean pass ${clean ?? 'nothing'}`];
  });
}

/** G3: a letter holds the whole record as it was delivered. */
export function lettersAreWhole({ table, letters }: World): string[] {
  const originals = new Map(table.records.map((record) => [record.eventID, JSON.stringify(record)]));
  return letters.flatMap(({ record }) => {
    const { eventID } = record as { eventID: string };
    return originals.get(eventID) === JSON.stringify(record)
      ? []
      : [`the letter of ${eventID} is not the record`];
  });
}
