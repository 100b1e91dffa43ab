/** Is it flat? Pure: from what was measured while it ran to a verdict, with the limits and their reasons. */

/** A moment of a run. */
export interface Point {
  /** Settled so far. */
  readonly records: number;
  /** In bytes. */
  readonly bytes: number;
}

/** All by tenths of the run after the warm-up, each with one height. */
export interface Trend {
  /** MB for each 100,000 records: the slope of the least squares through the heights. */
  readonly slope: number;
  /** MB: the first height and the last. */
  readonly first: number;
  readonly last: number;
}

/**
 * What stands for a tenth: of live heaps the lowest, since what is in hand at the moment of a sample (a batch, a page of a stream) is
 * kept by nobody, and what is kept is in the lowest too; of resident memory the median.
 */
export type Height = 'lowest' | 'median';

/** Compiled code, connections, caches of a fixed size and the fixed number of ids are there by then. */
export const WARM_UP = 0.1;

/** Records from which on a run is judged: of fewer, what is kept of each is less than what collections leave one time and not another. */
export const JUDGED_FROM = 100_000;

const MB = 2 ** 20;

/** @param records of the whole run. @returns undefined for a run with too few samples to say anything */
export function trendOf(points: readonly Point[], records: number, height: Height): Trend | undefined {
  const tenths = Map.groupBy(points, (point) => Math.min(9, Math.floor((point.records * 10) / records)));
  const heights = [...tenths]
    .filter(([tenth]) => tenth >= WARM_UP * 10)
    .sort(([a], [b]) => a - b)
    .map(
      ([tenth, inside]): Point => ({
        records: ((tenth + 0.5) * records) / 10,
        bytes: heightOf(inside, height),
      }),
    );
  const [first] = heights;
  const last = heights.at(-1);
  if (heights.length < FEWEST_TENTHS || first === undefined || last === undefined) return undefined;
  return { slope: (leastSquares(heights) * 100_000) / MB, first: first.bytes / MB, last: last.bytes / MB };
}

/** Of nine: a thread that was not there in half of them has no trend. */
const FEWEST_TENTHS = 5;

function heightOf(points: readonly Point[], height: Height): number {
  const sorted = points.map(({ bytes }) => bytes).sort((a, b) => a - b);
  return sorted[height === 'lowest' ? 0 : Math.floor(sorted.length / 2)] ?? 0;
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

/** How much something may grow. Both must be passed to count: over a short run little makes a steep slope, over a long one a step. */
export interface GrowthLimit {
  /** MB for each 100,000 records. */
  readonly slope: number;
  /** MB from the first height to the last. */
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
