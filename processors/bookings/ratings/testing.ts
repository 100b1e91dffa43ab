/** For the tests of this folder: a provider with its service on tables in memory, and events that ask for its rating. */
import { VirtualClock } from '../../../local/virtual-clock.ts';
import type { Outcome } from '../../../shared/stream/outcome.ts';
import { batchContext } from '../../../test/support/batch-context.ts';
import { providerImage, serviceImage } from '../../../test/support/booking.ts';
import {
  type Index,
  type Interference,
  MarketplaceTables,
} from '../../../test/support/marketplace-tables.ts';
import type { RatingIntent } from '../decide.ts';
import { ratings } from './carry-out.ts';
import { ratingPlan } from './judge.ts';
import { ratingsKept } from './kept.ts';

export const START_MS = 1_700_000_000_000;
export const MINUTE_MS = 60_000;

export interface MarketOptions {
  readonly lagMs?: (index: Index) => number;
}

/** Provider p1 with its service s1, on a clock of its own. */
export function market({ lagMs = () => 0 }: MarketOptions = {}) {
  const clock = new VirtualClock(START_MS);
  const tables = new MarketplaceTables(clock, lagMs);
  tables.put('providers', providerImage('p1'));
  tables.put('services', serviceImage('s1'));
  const measured: Record<string, number> = {};

  interface Run extends Interference {
    readonly redriven?: boolean;
    readonly deadlineMs?: number;
    /** `unknown`: the event does not say. @default now */
    readonly eventAtMs?: number | 'unknown';
    /** The code that every write is refused with, for good. */
    readonly refusal?: string;
    /** False: an edit, or another review. @default true */
    readonly firstReview?: boolean;
  }

  /** An event for each booking, `b1` or `b1/p2/s2`; those events are of now unless told otherwise. */
  function workOf(bookings: readonly string[], { eventAtMs = clock.now(), firstReview = true }: Run) {
    return bookings.map((text) => {
      const [bookingId = '', providerId = 'p1', serviceId = 's1'] = text.split('/');
      const effect: RatingIntent = {
        bookingId,
        providerId,
        serviceId,
        reviewExpected: !bookingId.startsWith('no'),
        firstReview,
      };
      return {
        key: bookingId,
        effect,
        change: {
          eventId: text,
          eventName: 'MODIFY' as const,
          keys: {},
          expired: false,
          ...(eventAtMs === 'unknown' ? {} : { createdAtMs: eventAtMs }),
        },
      };
    });
  }

  /** One batch. */
  function start(bookings: readonly string[], run: Run = {}): Promise<readonly Outcome[]> {
    const { redriven = false, deadlineMs = 50_000, refusal, ...interference } = run;
    const access = tables.access(interference);
    const carryOut = ratings({
      tables:
        refusal === undefined
          ? access
          : { ...access, write: async () => ({ kind: 'refused', type: refusal }) },
      measure: (name, _, value) => {
        measured[name] = (measured[name] ?? 0) + value;
      },
    });
    return carryOut(workOf(bookings, run), batchContext({ clock, redriven, deadlineMs }));
  }

  const rate = async (bookings: readonly string[], run: Run = {}) =>
    (await clock.runUntil(start(bookings, run))).map(({ kind }) => kind);
  /** What a plan says of each, with the code of what stands in its way. */
  const plan = async (bookings: readonly string[], run: Run = {}) => {
    const judge = ratingPlan(tables.access(run));
    const judged = await clock.runUntil(
      judge(workOf(bookings, run), batchContext({ clock, redriven: true })),
    );
    return judged.map((verdict) =>
      verdict.kind === 'unresolvable'
        ? `${verdict.failure.code}${verdict.passing ? ', passing' : ''}`
        : verdict.kind,
    );
  };
  const kept = (run: Run = {}) =>
    ratingsKept({
      tables: tables.access(run),
      measure: (name) => (measured[name] = (measured[name] ?? 0) + 1),
    });
  const context = () => batchContext({ clock, deadlineMs: 50_000 });
  const compare = (keys: readonly string[], run: Run = {}) =>
    clock.runUntil(kept(run).compare(keys, context()));
  const reconcile = async (keys: readonly string[], run: Run = {}) =>
    (await clock.runUntil(kept(run).reconcile(keys, context()))).map((outcome) =>
      'failure' in outcome ? outcome.failure.code : outcome.kind,
    );
  const list = (limit: number, after?: string) =>
    kept().list({ limit, ...(after === undefined ? {} : { after }) }, context());
  return { clock, tables, measured, start, rate, plan, compare, reconcile, list };
}

/** `[rating, reviewCount]` */
export function shown(tables: MarketplaceTables, table: 'providers' | 'services', id: string) {
  const item = tables.item(table, id);
  return [item?.['rating'], item?.['reviewCount']];
}
