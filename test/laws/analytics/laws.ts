/** What must hold at the end of any scenario, in words that name the metric or the record for which it does not. */
import { nothingIsTold } from '../told.ts';
import { countsIn, type Series } from './series.ts';
import type { World } from './world.ts';

/**
 * Each record counts once in each invocation that answers, and at most once in one that dies: so exactly once where nothing comes again,
 * and never less. Nothing else is counted: no other metric, no other dimension, nothing by a plan.
 */
export function eachCountsOnce({ tables, lines, delivered }: World): readonly string[] {
  const least = new Map<Series, number>();
  const most = new Map<Series, number>();
  const add = (to: Map<Series, number>, key: Series, by: number) => to.set(key, (to.get(key) ?? 0) + by);
  for (const [eventId, counts] of tables.counts) {
    const { times = 0, answered = 0 } = delivered.get(eventId) ?? {};
    for (const key of counts ?? []) {
      add(least, key, answered);
      add(most, key, times);
    }
  }
  const counted = countsIn(lines);
  const business = [...counted.keys()].filter((key) => !OF_BATCHES.test(key));
  return [...new Set([...least.keys(), ...business])].flatMap((key) => {
    const [count, from, to] = [counted, least, most].map((counts) => counts.get(key) ?? 0);
    if (count === undefined || from === undefined || to === undefined) return [];
    if (count >= from && count <= to) return [];
    return [`${key}: counted ${count} times, and should be ${from === to ? from : `${from} to ${to}`} times`];
  });
}

/** What every function measures of its batches, without a dimension; rules and codes of failures are the code's own words. */
const OF_BATCHES =
  /^(Records(Applied|Duplicate|Superseded|Gone|Ignored|Poison|Transient)|DeadLetters|Ignored\.(canary|session-revived|session-used|history-edited|history-removed)|Failed\.(UNDECODABLE_RECORD|MALFORMED_KEY|LETTER_REFUSED|DEADLINE)|BatchDuration [\d.]+ ms)$/;

/** G1: over all batches each record counts once as what it ended as. True where nothing comes again. */
export function countsAddUp({ tables, withheld, lines, letters }: World): readonly string[] {
  const apart = new Set(withheld.map(({ eventID }) => eventID));
  const live = [...tables.counts].filter(([eventId]) => !apart.has(eventId)).map(([, counts]) => counts);
  const expected = {
    RecordsApplied: live.filter((counts) => counts !== undefined && counts.length > 0).length,
    RecordsIgnored: live.filter((counts) => counts?.length === 0).length,
    RecordsPoison: live.filter((counts) => counts === undefined).length,
    DeadLetters: letters.length,
  };
  const counted = countsIn(lines);
  return Object.entries(expected).flatMap(([name, wanted]) =>
    (counted.get(name) ?? 0) === wanted
      ? []
      : [`${name}: ${wanted}, and the metrics say ${counted.get(name) ?? 0}`],
  );
}

/** G1, G3: a letter with the whole of each poison record, none for any other, and nothing given up by the mapping. */
export function onlyPoisonIsLettered(
  { tables, letters, onFailure, withheld }: World,
  mayRepeat: boolean,
): readonly string[] {
  const apart = new Set(withheld.map(({ eventID }) => eventID));
  const times = Map.groupBy(letters, ({ record }) => (record as { eventID: string }).eventID);
  const problems = onFailure.map((body) => `the mapping gave up: ${body}`);
  for (const original of tables.records) {
    const { eventID } = original;
    const own = times.get(eventID) ?? [];
    const isPoison = tables.counts.get(eventID) === undefined;
    if (!isPoison && own.length > 0) problems.push(`${eventID} is no poison, and was lettered`);
    if (isPoison && own.length === 0 && !apart.has(eventID))
      problems.push(`${eventID} is poison, and was never lettered`);
    if (own.length > 1 && !mayRepeat) problems.push(`${eventID} was lettered ${own.length} times`);
    for (const { record } of own)
      if (JSON.stringify(record) !== JSON.stringify(original))
        problems.push(`the letter of ${eventID} is not the record`);
  }
  return problems;
}

/** Whatever a record holds, it holds up no other. True where the queue takes letters. */
export function nothingIsHeldUp({ heldUp }: World): readonly string[] {
  return heldUp === 0 ? [] : [`${heldUp} invocations left something unsettled, though nothing failed`];
}

/** A plan counts nothing, and says `apply` of what would count, and of nothing else. */
export async function planCountsNothing(world: World): Promise<readonly string[]> {
  const { tables, lines } = world;
  if (tables.records.length === 0) return [];
  const before = lines.length;
  const plan = await world.plan(tables.records);
  const problems = lines.length === before ? [] : ['a plan was logged or counted'];
  return [
    ...problems,
    ...tables.records.flatMap(({ eventID }, index) => {
      const counts = tables.counts.get(eventID);
      const wanted = counts === undefined ? 'unresolvable' : counts.length > 0 ? 'apply' : 'ignored';
      const verdict = plan[index]?.verdict;
      return verdict === wanted ? [] : [`a plan says of ${eventID}: ${verdict}, and should: ${wanted}`];
    }),
  ];
}

/** G7: none of what people are, have or do stands in a line, an answer or a letter's reason. */
export function nothingIsSaid(world: World): readonly string[] {
  const items = world.tables.records.map(({ dynamodb }) => [
    dynamodb.Keys,
    dynamodb.NewImage,
    dynamodb.OldImage,
  ]);
  return nothingIsTold(world, items, DIMENSIONS);
}

/** What a metric is told apart by. */
const DIMENSIONS = ['standard', 'nova-premier', 'high', 'medium', 'completed', 'failed'];
