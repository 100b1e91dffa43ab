/** Cuts a run into tenths of its records, whatever time each takes, and notes what was used by then. */

/** What has been used up since the start, at a moment. */
export interface Mark {
  readonly atMs: number;
  /** Settled. */
  readonly records: number;
  /** CPU of the system under load, of the engines, and of the whole machine, in µs; the last where it is told. */
  readonly systemMicros: number;
  readonly enginesMicros: number;
  readonly ownMicros: number;
  readonly machineMicros: number | undefined;
}

export interface Tenth {
  readonly records: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  /** ms of CPU for each record. */
  readonly systemCpuMs: number;
  readonly enginesCpuMs: number;
  /** Processors that others on this machine kept busy, on average; `null` where it is not told. */
  readonly othersBusy: number | null;
}

/** @param marks in order, the first at the start */
export function tenthsOf(marks: readonly Mark[], records: number): readonly Tenth[] {
  const cuts = Array.from({ length: 11 }, (_, tenth) => markAt(marks, (records * tenth) / 10));
  return cuts.flatMap((to, index) => {
    const from = cuts[index - 1];
    return from === undefined || to === undefined ? [] : [between(from, to)];
  });
}

/** As it was when so many records were settled, on the straight line between the marks around; undefined if it never got there. */
function markAt(marks: readonly Mark[], records: number): Mark | undefined {
  const next = marks.findIndex((mark) => mark.records >= records);
  const after = marks[next];
  const before = marks[next - 1] ?? after;
  if (after === undefined || before === undefined) return undefined;
  const span = after.records - before.records;
  const share = span === 0 ? 1 : (records - before.records) / span;
  const along = (of: (mark: Mark) => number) => of(before) + (of(after) - of(before)) * share;
  return {
    atMs: along(({ atMs }) => atMs),
    records,
    systemMicros: along(({ systemMicros }) => systemMicros),
    enginesMicros: along(({ enginesMicros }) => enginesMicros),
    ownMicros: along(({ ownMicros }) => ownMicros),
    machineMicros:
      before.machineMicros === undefined || after.machineMicros === undefined
        ? undefined
        : along(({ machineMicros = 0 }) => machineMicros),
  };
}

function between(from: Mark, to: Mark): Tenth {
  const records = to.records - from.records;
  const ms = to.atMs - from.atMs;
  const perRecordMs = (micros: number) => micros / 1_000 / Math.max(1, records);
  const own = (mark: Mark) => mark.systemMicros + mark.enginesMicros + mark.ownMicros;
  return {
    records,
    seconds: ms / 1_000,
    recordsPerSecond: ms === 0 ? 0 : (records * 1_000) / ms,
    systemCpuMs: perRecordMs(to.systemMicros - from.systemMicros),
    enginesCpuMs: perRecordMs(to.enginesMicros - from.enginesMicros),
    othersBusy:
      to.machineMicros === undefined || from.machineMicros === undefined || ms === 0
        ? null
        : Math.max(0, to.machineMicros - from.machineMicros - (own(to) - own(from))) / 1_000 / ms,
  };
}
