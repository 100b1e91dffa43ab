/** What must hold at the end of any scenario, in words that name the mail, the record or the rating for which it does not. */
import { wrongRatings } from '../../support/fresh-ratings.ts';
import { nothingIsTold } from '../told.ts';
import type { World } from './world.ts';

/** G5: ratings equal a fresh computation. */
export function ratingsEqualReviews({ tables }: World): readonly string[] {
  return wrongRatings(tables);
}

/** G1, G5: every mail that is due was sent, none that is not, and each once but for those whose sending nobody could know of. */
export function mailsOnce({ app, outbox, unrecorded }: World): readonly string[] {
  const due = new Set(app.due);
  const sent = Map.groupBy(outbox, ({ mail }) => mail);
  const missing = app.due.filter((mail) => !sent.has(mail)).map((mail) => `${mail} was never sent`);
  const undue = [...sent.keys()].filter((mail) => !due.has(mail)).map((mail) => `${mail} was not due`);
  const repeated = [...sent].flatMap(([mail, times]) => {
    const known = times.filter(({ excused }) => !excused()).length;
    return known > 1 ? Array.from({ length: known - 1 }, () => `${mail} was sent again`) : [];
  });
  return [...missing, ...undue, ...repeated.slice(unrecorded)];
}

/** G2: the mails about one booking's changes were first sent in the order of the changes. */
export function mailsInOrder({ app, outbox }: World): readonly string[] {
  const latest = new Map<string, number>();
  const seen = new Set<string>();
  return outbox.flatMap(({ mail }) => {
    const [, change, booking] = /^change (\d+) [\w-]+ → (b\d)@/.exec(mail) ?? [];
    if (booking === undefined || seen.has(mail) || !app.due.includes(mail)) return [];
    seen.add(mail);
    const number = Number(change);
    const isLate = number < (latest.get(booking) ?? 0);
    latest.set(booking, number);
    return isLate ? [`${mail} was sent after a later one`] : [];
  });
}

/** G1, G3: poison is lettered, and nothing else is; the mapping gives nothing up. */
export function onlyPoisonIsLettered({ app, letters, onFailure }: World): readonly string[] {
  const lettered = new Set(letters.map(({ record }) => (record as { eventID: string }).eventID));
  return [
    ...onFailure.map((body) => `the mapping gave up: ${body}`),
    ...[...lettered].filter((id) => !app.poison.has(id)).map((id) => `${id} is no poison, and was lettered`),
    ...[...app.poison]
      .filter((id) => !lettered.has(id))
      .map((id) => `${id} is poison, and was never lettered`),
  ];
}

/** G7 */
export function nothingIsSaid(world: World): readonly string[] {
  const { app, tables } = world;
  const items = app.records.map(({ dynamodb }) => [dynamodb.NewImage, dynamodb.OldImage]);
  return nothingIsTold(world, [...items, tables.items('providers'), tables.items('reviews')], STATUSES);
}

/** Kinds of mails have them in their names, and lines of the log say true. */
const STATUSES = ['confirmed', 'cancelled', 'true'];
