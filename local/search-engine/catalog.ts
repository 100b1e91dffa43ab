/** The indices, aliases and cluster settings there are, which name means which index, and their survival of a restart. */
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../shared/time/clock.ts';
import { readAnalysis } from './analysis.ts';
import { readDocument } from './document.ts';
import { EngineError, illegalArgument, indexNotFound, noIndexToWrite, notImplemented } from './errors.ts';
import { invalidIndexName, refuseForbidden, refuseInvalidName } from './index-names.ts';
import { isObject, type JsonObject } from './json.ts';
import { compileMapping, type Mapping } from './mapping.ts';
import { matchesWildcard } from './selection.ts';
import { durationMs, type FlatSettings, nest } from './settings.ts';
import { DocumentStore } from './store.ts';

export interface Alias {
  readonly is_write_index?: boolean;
}

/** What is kept of an index besides its documents; JSON. */
interface IndexRecord {
  readonly name: string;
  readonly uuid: string;
  readonly table: number;
  readonly createdAtMs: number;
  readonly settings: readonly (readonly [string, string | readonly string[]])[];
  readonly mappings: JsonObject;
  readonly aliases: readonly (readonly [string, Alias])[];
}

export interface Index {
  readonly name: string;
  readonly uuid: string;
  readonly table: number;
  readonly createdAtMs: number;
  readonly settings: Map<string, string | readonly string[]>;
  readonly mappings: JsonObject;
  readonly mapping: Mapping;
  readonly aliases: Map<string, Alias>;
  readonly store: DocumentStore;
  nextSeqNo: number;
}

/** OpenSearch's default of `index.gc_deletes`. */
const GC_DELETES = '60s';

export const gcDeletesMs = (index: Index): number =>
  durationMs('index.gc_deletes', String(index.settings.get('index.gc_deletes') ?? GC_DELETES));

/** @throws {EngineError} 500, as OpenSearch says it, if an alias would have several indices to write to */
export function refuseWriters(alias: string, names: readonly string[]): void {
  if (names.length < 2) return;
  const reason = `alias [${alias}] has more than one write index [${names.join(',')}]`;
  throw new EngineError(500, { type: 'illegal_state_exception', reason });
}

const readsBlocked = ({ name }: Index): EngineError =>
  new EngineError(403, {
    type: 'cluster_block_exception',
    reason: `index [${name}] blocked by: [FORBIDDEN/7/index read (api)];`,
  });

const recordOf = ({ name, uuid, table, createdAtMs, settings, mappings, aliases }: Index): IndexRecord => ({
  name,
  uuid,
  table,
  createdAtMs,
  settings: [...settings],
  mappings,
  aliases: [...aliases],
});

export class Catalog {
  readonly indices = new Map<string, Index>();
  readonly clusterSettings = new Map<string, string | readonly string[]>();
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  #nextTable = 1;

  constructor(db: DatabaseSync, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    db.exec('CREATE TABLE IF NOT EXISTS catalog (name TEXT PRIMARY KEY, value TEXT NOT NULL)');
    this.#load();
  }

  create(
    name: string,
    settings: FlatSettings,
    mappings: JsonObject,
    aliases: ReadonlyMap<string, Alias>,
  ): Index {
    this.#refuseName(name);
    for (const [alias, definition] of aliases) {
      this.refuseAliasName(alias);
      const writers = this.holdersOf(alias).filter((index) => index.aliases.get(alias)?.is_write_index);
      if (definition.is_write_index) refuseWriters(alias, [...writers.map((index) => index.name), name]);
    }
    const kept = [...settings].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
    const table = this.#nextTable++;
    const index = this.#open({
      name,
      uuid: `embedded${String(table).padStart(14, '0')}`,
      table,
      createdAtMs: this.#clock.now(),
      settings: kept,
      mappings,
      aliases: [...aliases],
    });
    this.save();
    return index;
  }

  /** Gives an index another mapping, in tables of their own: a full-text index takes no further columns. */
  remap(index: Index, mappings: JsonObject): void {
    const table = this.#nextTable++;
    const next = this.#open({ ...recordOf(index), table, mappings });
    next.nextSeqNo = index.nextSeqNo;
    for (const document of index.store.documents()) {
      const indexed = readDocument(next.mapping, document.id, document.source);
      next.store.put({ ...document, indexed });
    }
    for (const [id, tombstone] of index.store.tombstones()) next.store.remove(id, undefined, tombstone);
    index.store.drop();
    this.save();
  }

  delete(index: Index): void {
    index.store.drop();
    this.indices.delete(index.name);
    this.save();
  }

  /** Every index a list of names, aliases and wildcards means. @throws {EngineError} 404 for a name that means nothing */
  resolve(expression: string, resource: 'index_or_alias' | 'index_expression' = 'index_or_alias'): Index[] {
    const found = new Set<Index>();
    for (const name of expression.split(',')) {
      const matches = name === '_all' || name === '' ? [...this.indices.values()] : this.#matching(name);
      if (matches.length === 0 && !name.includes('*') && name !== '_all') throw indexNotFound(name, resource);
      for (const index of matches) found.add(index);
    }
    return [...found];
  }

  /** As what changes aliases and what deletes resolves it: an alias is not taken for its indices. */
  resolveConcrete(expression: string): Index[] {
    if (this.holdersOf(expression).length > 0 && !this.indices.has(expression)) {
      throw illegalArgument(
        `The provided expression [${expression}] matches an alias, specify the corresponding concrete indices instead.`,
      );
    }
    return this.resolve(expression);
  }

  /** The one index that a read of a document or a search means. */
  resolveOne(expression: string, resource: 'index_or_alias' | 'index_expression' = 'index_or_alias'): Index {
    const [index, ...others] = this.resolve(expression, resource);
    if (index === undefined) throw indexNotFound(expression, resource);
    if (index.settings.get('index.blocks.read') === 'true') throw readsBlocked(index);
    if (others.length === 0) return index;
    throw notImplemented(`reading several indices at once ([${expression}] means ${others.length + 1})`);
  }

  /** The index a write goes to, created if that is allowed. */
  resolveWrite(name: string, requireAlias: boolean): Index {
    const concrete = this.indices.get(name);
    const holders = [...this.indices.values()].filter((index) => index.aliases.has(name));
    if (requireAlias && holders.length === 0) {
      throw noIndexToWrite(name, ` and [require_alias] request flag is [true] and [${name}] is not an alias`);
    }
    if (concrete) return concrete;
    const [only, ...others] = holders;
    if (only === undefined) return this.#autoCreate(name);
    const chosen = holders.filter((index) => index.aliases.get(name)?.is_write_index === true);
    if (chosen[0]) return chosen[0];
    if (others.length === 0 && only.aliases.get(name)?.is_write_index !== false) return only;
    throw illegalArgument(
      `no write index is defined for alias [${name}]. The write index may be explicitly disabled using is_write_index=false or the alias points to multiple indices without one being designated as a write index`,
    );
  }

  holdersOf(alias: string): Index[] {
    return [...this.indices.values()].filter((index) => index.aliases.has(alias));
  }

  refuseAliasName(alias: string): void {
    if (!this.indices.has(alias)) return;
    throw new EngineError(400, {
      type: 'invalid_alias_name_exception',
      reason: `Invalid alias name [${alias}]: an index or data stream exists with the same name as the alias`,
    });
  }

  save(): void {
    const indices = [...this.indices.values()].map(recordOf);
    const state = { nextTable: this.#nextTable, indices, clusterSettings: [...this.clusterSettings] };
    this.#db.prepare("INSERT OR REPLACE INTO catalog VALUES ('state', ?)").run(JSON.stringify(state));
  }

  #load(): void {
    const row = this.#db.prepare("SELECT value FROM catalog WHERE name = 'state'").get();
    if (row === undefined) return;
    const state: { nextTable: number; indices: IndexRecord[]; clusterSettings: [string, string][] } =
      JSON.parse(String(row['value']));
    this.#nextTable = state.nextTable;
    for (const [name, value] of state.clusterSettings) this.clusterSettings.set(name, value);
    for (const record of state.indices) this.#open(record);
  }

  #open({ name, uuid, table, createdAtMs, settings, mappings, aliases }: IndexRecord): Index {
    const nested = nest(settings)['index'];
    const analysis = isObject(nested) ? nested['analysis'] : undefined;
    const mapping = compileMapping(mappings, readAnalysis(analysis));
    const store = new DocumentStore(this.#db, table, mapping);
    const index: Index = {
      name,
      uuid,
      table,
      createdAtMs,
      settings: new Map(settings),
      mappings,
      mapping,
      aliases: new Map(aliases),
      store,
      nextSeqNo: store.highestSeqNo() + 1,
    };
    gcDeletesMs(index);
    this.indices.set(name, index);
    return index;
  }

  #matching(name: string): Index[] {
    return [...this.indices.values()].filter((index) =>
      [index.name, ...index.aliases.keys()].some((known) => matchesWildcard(name, known)),
    );
  }

  #autoCreate(name: string): Index {
    refuseForbidden(name, this.clusterSettings.get('action.auto_create_index') ?? 'true');
    return this.create(name, new Map(), {}, new Map());
  }

  #refuseName(name: string): void {
    const existing = this.indices.get(name);
    if (existing) {
      throw new EngineError(400, {
        type: 'resource_already_exists_exception',
        reason: `index [${name}/${existing.uuid}] already exists`,
        extra: { index: name, index_uuid: existing.uuid },
      });
    }
    if (this.holdersOf(name).length > 0) throw invalidIndexName(name, 'already exists as alias');
    refuseInvalidName(name);
  }
}
