/** What metrics say, read from the lines in which they leave the function: the embedded metric format, as CloudWatch reads it. */

/** A metric and its dimensions; of a duration the value too, so that each counts by itself. */
export type Series = string;

export function series(
  name: string,
  dimensions: Readonly<Record<string, string>>,
  durationMs?: number,
): Series {
  const told = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return [name, ...told.sort(), ...(durationMs === undefined ? [] : [`${durationMs} ms`])].join(' ');
}

interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

/** @returns how often each series was counted, over all lines */
export function countsIn(lines: readonly string[]): ReadonlyMap<Series, number> {
  const counts = new Map<Series, number>();
  const count = (key: Series, by: number) => counts.set(key, (counts.get(key) ?? 0) + by);
  for (const line of lines) {
    const { _aws: head, ...members } = JSON.parse(line) as Line;
    for (const { Dimensions, Metrics } of head?.CloudWatchMetrics ?? []) {
      for (const { Name, Unit } of Metrics) {
        for (const names of Dimensions) {
          const dimensions = Object.fromEntries(
            names.filter((name) => name !== 'service').map((name) => [name, String(members[name])]),
          );
          for (const value of [members[Name]].flat().map(Number)) {
            if (Unit === 'Milliseconds') count(series(Name, dimensions, value), 1);
            else count(series(Name, dimensions), value);
          }
        }
      }
    }
  }
  return counts;
}

interface Line {
  readonly _aws?: { readonly CloudWatchMetrics: readonly Directive[] };
  readonly [member: string]: unknown;
}
