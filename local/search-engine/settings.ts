/** Index and cluster settings as OpenSearch takes and returns them: nested or dotted on the way in, strings on the way out. */
import { illegalArgument } from './errors.ts';
import { digitsOf, isObject, type JsonObject } from './json.ts';

/** Dotted names to text; null where a setting is to be reset. */
export type FlatSettings = ReadonlyMap<string, string | readonly string[] | null>;

export function flatten(settings: JsonObject, prefix = ''): Map<string, string | readonly string[] | null> {
  const flat = new Map<string, string | readonly string[] | null>();
  for (const [name, value] of Object.entries(settings)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (isObject(value)) for (const [inner, text] of flatten(value, path)) flat.set(inner, text);
    else flat.set(path, value === null ? null : Array.isArray(value) ? value.map(textOf) : textOf(value));
  }
  return flat;
}

const textOf = (value: unknown): string => digitsOf(value) ?? String(value);

export function nest(flat: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [path, value] of flat) {
    const names = path.split('.');
    let at = nested;
    for (const name of names.slice(0, -1)) {
      const inner = at[name];
      const next = isObject(inner) ? inner : {};
      at[name] = next;
      at = next as Record<string, unknown>;
    }
    at[names.at(-1) ?? path] = value;
  }
  return nested;
}

const fixed = ['index.number_of_shards', 'index.codec', 'index.uuid', 'index.provided_name'];

const dynamic = [
  'index.number_of_replicas',
  'index.auto_expand_replicas',
  'index.refresh_interval',
  'index.gc_deletes',
  'index.max_result_window',
  'index.hidden',
  'index.blocks.read',
  'index.blocks.write',
  'index.blocks.read_only_allow_delete',
];

/** Taken and shown, without an effect: this engine keeps no slow log. */
const SLOW_LOG = /^index\.(?:search|indexing)\.slowlog\./;

/** The settings of an index, every name beginning with `index.`. @throws {EngineError} for one this engine does not know */
export function readIndexSettings(settings: JsonObject, change: 'create' | 'update'): FlatSettings {
  const flat = new Map<string, string | readonly string[] | null>();
  for (const [given, value] of flatten(settings)) {
    const name = given.startsWith('index.') ? given : `index.${given}`;
    const isFixed = fixed.includes(name) || name.startsWith('index.analysis.');
    if (!isFixed && !dynamic.includes(name) && !SLOW_LOG.test(name)) {
      throw illegalArgument(
        `unknown setting [${name}] please check that any required plugins are installed; the embedded search engine knows ${dynamic.join(', ')}`,
      );
    }
    if (isFixed && change === 'update') {
      throw illegalArgument(`Can't update non dynamic settings [[${name}]] for open indices`);
    }
    flat.set(name, value);
  }
  return flat;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `60s`, `1m`, `-1`. @throws {EngineError} */
export function durationMs(setting: string, text: string): number {
  if (text === '-1' || text === '0') return Number(text);
  const [, amount, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined) {
    throw illegalArgument(
      `failed to parse setting [${setting}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  }
  return Number(amount) * (unitsMs[unit] ?? 1);
}
