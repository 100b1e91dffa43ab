/** Is it flat? Pure: from what was measured while it ran to a verdict, with the limits and their reasons. */

/** A moment of a run. */
export interface Point {
  /** Settled so far. */
  readonly records: number;
  /** In bytes. */
  readonly bytes: number;
}

export interface Trend {
  /** MB for each 100,000 records: the slope of the least squares through all points after the warm-up. */
  readonly slope: number;
  /** MB: medians of the first and the last tenth after the warm-up. */
  readonly first: number;
  readonly last: number;
}

/** Compiled code, connections, caches of a fixed size and the fixed number of ids are there by then. */
export const WARM_UP = 0.1;

/** Records from which on a run is judged: of fewer, what is kept of each is less than what collections leave one time and not another. */
export const JUDGED_FROM = 100_000;

const MB = 2 ** 20;

/** @param records of the whole run. @returns undefined for a run of fewer than three points after its warm-up */
export function trendOf(points: readonly Point[], records: number): Trend | undefined {
  const warm = points.filter((point) => point.records >= records * WARM_UP);
  if (warm.length < 3) return undefined;
  const part = (from: number, to: number) => {
    const between = warm.filter((point) => point.records >= records * from && point.records <= records * to);
    return median(between.length > 0 ? between : from < 0.5 ? warm.slice(0, 1) : warm.slice(-1)) / MB;
  };
  return {
    slope: (leastSquares(warm) * 100_000) / MB,
    first: part(WARM_UP, WARM_UP + 0.1),
    last: part(0.9, 1),
  };
}

function leastSquares(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const records = mean((point) => point.records);
  const bytes = mean((point) => point.bytes);
  const over = points.reduce((sum, point) => sum + (point.records - records) * (point.bytes - bytes), 0);
  const under = points.reduce((sum, point) => sum + (point.records - records) ** 2, 0);
  return under === 0 ? 0 : over / under;
}

function median(points: readonly Point[]): number {
  const sorted = points.map(({ bytes }) => bytes).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** How much something may grow: both must be passed to count, since a slope is noise where little is added, and a step where much is. */
export interface GrowthLimit {
  /** MB for each 100,000 records. */
  readonly slope: number;
  /** MB from the first tenth after the warm-up to the last. */
  readonly step: number;
}

/**
 * Of one thread. 16 bytes kept of every record (a number and its place in a list) are 1.5 MB for each 100,000; what a forced
 * collection leaves differs by a megabyte or two from one time to the next.
 */
export const LIVE_HEAP_LIMIT: GrowthLimit = { slope: 1, step: 3 };

/**
 * Of the whole process. The C library and V8 give little back of what they once had, and hold more after each larger batch, so this
 * goes up in steps that become rarer; what is really kept shows in the live heap, or in ten times this.
 */
export const RESIDENT_LIMIT: GrowthLimit = { slope: 8, step: 60 };

export function grows({ slope, first, last }: Trend, limit: GrowthLimit): boolean {
  return slope > limit.slope && last - first > limit.step;
}

/**
 * Last tenth's records a second over the first's. The first is slowed by code that is not compiled yet, and two shared processors
 * differ by some tenth from minute to minute; a cost that grows with what has been done halves the rate many times over.
 */
export const LEAST_RATE_RATIO = 0.8;
