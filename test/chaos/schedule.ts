/** Draws the faults of a run from its seed, before it begins: the same seed and length give the same faults at the same moments. */
import { type Random, seededRandom } from '../../fixtures/generate/random.ts';
import { type Action, type Fault, nameOf, offeredBy, type Target } from './faults.ts';

export interface ScheduleOptions {
  readonly seed: number;
  /** All faults are over by then. */
  readonly durationMs: number;
  /** All there is; functions get every second fault. */
  readonly targets: readonly Target[];
}

/** Nothing happens before: the system is to have something under way. */
const FIRST_MS = 2_000;

/** From the beginning of one fault to that of the next: they overlap. */
const GAP = { leastMs: 800, mostMs: 2_600 };

interface Card {
  readonly target: Target;
  readonly action: Action;
  readonly leastMs: number;
  readonly mostMs: number;
}

export function drawSchedule({ seed, durationMs, targets }: ScheduleOptions): readonly Fault[] {
  const random = seededRandom(seed);
  const cards = targets.flatMap((target) =>
    offeredBy(target.kind).map(([action, span]): Card => ({ target, action, ...span })),
  );
  const functions = deck(random, cards.filter(isOfFunction));
  const others = deck(
    random,
    cards.filter((card) => !isOfFunction(card)),
  );
  /** Until when each target is under a fault. */
  const busyUntilMs = new Map<string, number>();
  const faults: Fault[] = [];
  for (let atMs = FIRST_MS; atMs < durationMs; atMs += random.int(GAP.leastMs, GAP.mostMs)) {
    const isFree = ({ target }: Card) => (busyUntilMs.get(nameOf(target)) ?? 0) <= atMs;
    const card = (faults.length % 2 === 0 ? functions : others)(isFree);
    if (card === undefined) continue;
    const { target, action } = card;
    const forMs = Math.min(random.int(card.leastMs, card.mostMs), durationMs - atMs);
    busyUntilMs.set(nameOf(target), atMs + forMs + 1);
    faults.push({ atMs, forMs, target, action });
  }
  return faults;
}

const isOfFunction = ({ target }: Card) => target.kind === 'function';

/** Every card comes once before any comes again; one that does not fit now keeps its place. */
function deck(random: Random, cards: readonly Card[]): (fits: (card: Card) => boolean) => Card | undefined {
  let left: Card[] = [];
  return (fits) => {
    if (left.length === 0) left = shuffled(random, cards);
    const index = left.findIndex(fits);
    return index === -1 ? undefined : left.splice(index, 1)[0];
  };
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const all = [...list];
  for (let last = all.length - 1; last > 0; last--) {
    const other = random.int(0, last);
    [all[last], all[other]] = [all[other] as T, all[last] as T];
  }
  return all;
}
