/** Creates, shows, changes and deletes indices and aliases. */
import { isDeepStrictEqual } from 'node:util';
import { type Alias, type Catalog, type Index, refuseWriters } from './catalog.ts';
import { EngineError, illegalArgument, notImplemented } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Answer } from './request.ts';
import { matchesWildcard } from './selection.ts';
import { durationMs, nest, readIndexSettings } from './settings.ts';

const acknowledged: Answer = { status: 200, body: { acknowledged: true } };

const object = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** A mapping as OpenSearch returns it: members of `properties` by name. */
function sorted(mappings: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(mappings).map(([name, value]) => {
      if (name !== 'properties' || !isObject(value)) return [name, value];
      const names = Object.keys(value).sort();
      return [name, Object.fromEntries(names.map((child) => [child, sorted(object(value[child]))]))];
    }),
  );
}

export function createIndex(catalog: Catalog, name: string, body: JsonObject): Answer {
  for (const key of Object.keys(body)) {
    if (key === 'settings' || key === 'mappings' || key === 'aliases') continue;
    throw new EngineError(400, { type: 'parse_exception', reason: `unknown key [${key}] for create index` });
  }
  const settings = readIndexSettings(object(body['settings']), 'create');
  const aliases = Object.entries(object(body['aliases'])).map(
    ([alias, definition]) => [alias, readAlias(object(definition))] as const,
  );
  catalog.create(name, settings, object(body['mappings']), new Map(aliases));
  return { status: 200, body: { acknowledged: true, shards_acknowledged: true, index: name } };
}

function readAlias(definition: JsonObject): Alias {
  const { is_write_index: isWriteIndex, ...others } = definition;
  for (const name of Object.keys(others)) throw notImplemented(`[${name}] of an alias`);
  return isWriteIndex === undefined ? {} : { is_write_index: String(isWriteIndex) === 'true' };
}

export function deleteIndices(catalog: Catalog, expression: string): Answer {
  const holders = catalog.holdersOf(expression);
  if (holders.length > 0 && !catalog.indices.has(expression)) {
    throw illegalArgument(
      `The provided expression [${expression}] matches an alias, specify the corresponding concrete indices instead.`,
    );
  }
  for (const index of catalog.resolve(expression)) catalog.delete(index);
  return acknowledged;
}

const settingsOf = (index: Index): object =>
  nest([
    ...index.settings,
    ['index.provided_name', index.name],
    ['index.creation_date', String(index.createdAtMs)],
    ['index.uuid', index.uuid],
    ['index.number_of_shards', index.settings.get('index.number_of_shards') ?? '1'],
    ['index.number_of_replicas', index.settings.get('index.number_of_replicas') ?? '1'],
  ]);

const parts = {
  aliases: (index: Index) => Object.fromEntries(index.aliases),
  mappings: (index: Index) => sorted(index.mappings),
  settings: settingsOf,
};

/** @param shown the parts of each index in the answer */
export function showIndices(
  catalog: Catalog,
  expression: string,
  shown: readonly (keyof typeof parts)[],
): Answer {
  const body = Object.fromEntries(
    catalog
      .resolve(expression)
      .map((index) => [index.name, Object.fromEntries(shown.map((part) => [part, parts[part](index)]))]),
  );
  return { status: 200, body };
}

export function changeSettings(catalog: Catalog, expression: string, body: JsonObject): Answer {
  const settings = readIndexSettings(object(body['settings'] ?? body), 'update');
  for (const [name, value] of settings) {
    if (name === 'index.gc_deletes' && value !== null) durationMs(name, String(value));
  }
  for (const index of catalog.resolve(expression)) {
    for (const [name, value] of settings) {
      if (value === null) index.settings.delete(name);
      else index.settings.set(name, value);
    }
  }
  catalog.save();
  return acknowledged;
}

/** Adds fields; what is there cannot change. */
export function changeMapping(catalog: Catalog, expression: string, body: JsonObject): Answer {
  const changes = catalog
    .resolve(expression)
    .map((index) => ({ index, merged: merge(index.mappings, body, '') }));
  for (const { index, merged } of changes) {
    if (!isDeepStrictEqual(merged, index.mappings)) catalog.remap(index, merged);
  }
  return acknowledged;
}

function merge(current: JsonObject, added: JsonObject, path: string): JsonObject {
  const properties: Record<string, unknown> = { ...object(current['properties']) };
  for (const [name, definition] of Object.entries(object(added['properties']))) {
    const at = path === '' ? name : `${path}.${name}`;
    const existing = properties[name];
    properties[name] = isObject(existing) ? mergeField(existing, object(definition), at) : definition;
  }
  const hasProperties = current['properties'] !== undefined || added['properties'] !== undefined;
  return { ...current, ...added, ...(hasProperties && { properties }) };
}

function mergeField(existing: JsonObject, added: JsonObject, path: string): JsonObject {
  const [before, after] = [existing['type'] ?? 'object', added['type'] ?? 'object'];
  if (before !== after) {
    throw illegalArgument(`mapper [${path}] cannot be changed from type [${before}] to [${after}]`);
  }
  if (before === 'object') return merge(existing, added, path);
  const { fields: fieldsBefore, ...optionsBefore } = existing;
  const { fields: fieldsAdded, ...optionsAdded } = added;
  if (!isDeepStrictEqual(optionsBefore, optionsAdded)) {
    throw illegalArgument(
      `Mapper for [${path}] conflicts with existing mapper: Cannot update its parameters`,
    );
  }
  const { properties: fields } = merge(
    { properties: object(fieldsBefore) },
    { properties: object(fieldsAdded) },
    path,
  );
  return { ...existing, ...(Object.keys(object(fields)).length > 0 && { fields }) };
}

/** @param aliases names or wildcards; absent for all */
export function showAliases(catalog: Catalog, expression: string, aliases: string | undefined): Answer {
  const indices = catalog.resolve(expression === '' ? '*' : expression);
  const wanted = aliases?.split(',').filter((name) => name !== '') ?? ['*'];
  const found = indices.flatMap((index) => {
    const matching = [...index.aliases].filter(([name]) => wanted.some((one) => matchesWildcard(one, name)));
    return matching.length > 0 || aliases === undefined
      ? [[index.name, { aliases: Object.fromEntries(matching) }] as const]
      : [];
  });
  const body = Object.fromEntries(found);
  const missing = wanted.filter(
    (name) => !name.includes('*') && !indices.some((index) => index.aliases.has(name)),
  );
  if (missing.length === 0) return { status: 200, body };
  const error = `alias${missing.length > 1 ? 'es' : ''} [${missing.join(',')}] missing`;
  return { status: 404, body: { error, status: 404, ...body } };
}

interface AliasChange {
  readonly index: Index;
  readonly alias: string;
  /** Absent to remove. */
  readonly definition?: Alias;
}

/** `_aliases`: all actions are checked before the first is carried out, so that they happen together or not at all. */
export function changeAliases(catalog: Catalog, body: JsonObject): Answer {
  const actions = Array.isArray(body['actions']) ? body['actions'] : [];
  if (actions.length === 0) throw illegalArgument('No action specified');
  const removedIndices: Index[] = [];
  const changes = actions.flatMap((action: unknown): AliasChange[] => {
    const [[kind, given] = ['', undefined], ...others] = Object.entries(object(action));
    if (others.length > 0 || !isObject(given)) throw illegalArgument('[alias_action] expects one action');
    const { index, indices, alias, aliases, ...definition } = given;
    const names = (one: unknown, many: unknown): string[] => [one ?? many ?? []].flat().map(String);
    const concerned = names(index, indices).flatMap((name) => catalog.resolve(name));
    switch (kind) {
      case 'add':
        return concerned.flatMap((one) =>
          names(alias, aliases).map((name) => {
            catalog.refuseAliasName(name);
            return { index: one, alias: name, definition: readAlias(definition) };
          }),
        );
      case 'remove':
        return names(alias, aliases).flatMap((name) => {
          const holders = concerned.filter((one) => one.aliases.has(name));
          if (holders.length === 0) throw aliasMissing(name);
          return holders.map((one) => ({ index: one, alias: name }));
        });
      case 'remove_index':
        removedIndices.push(...concerned);
        return [];
      default:
        throw illegalArgument(`[alias_action] unknown field [${kind}]`);
    }
  });
  refuseSecondWriters(catalog, changes);
  for (const { index, alias, definition } of changes) {
    if (definition) index.aliases.set(alias, definition);
    else index.aliases.delete(alias);
  }
  for (const index of removedIndices) catalog.delete(index);
  catalog.save();
  return acknowledged;
}

function refuseSecondWriters(catalog: Catalog, changes: readonly AliasChange[]): void {
  for (const alias of new Set(changes.map((change) => change.alias))) {
    const writers = new Set(
      catalog.holdersOf(alias).filter((index) => index.aliases.get(alias)?.is_write_index),
    );
    for (const { index, definition } of changes.filter((change) => change.alias === alias)) {
      if (definition?.is_write_index) writers.add(index);
      else writers.delete(index);
    }
    refuseWriters(
      alias,
      [...writers].map((index) => index.name),
    );
  }
}

const aliasMissing = (alias: string): EngineError =>
  new EngineError(404, {
    type: 'aliases_not_found_exception',
    reason: `aliases [${alias}] missing`,
    extra: { 'resource.id': alias, 'resource.type': 'aliases' },
  });

export function putAlias(catalog: Catalog, index: string, alias: string, body: JsonObject): Answer {
  return changeAliases(catalog, { actions: [{ add: { ...body, index, alias } }] });
}

export function deleteAlias(catalog: Catalog, index: string, alias: string): Answer {
  return changeAliases(catalog, { actions: [{ remove: { index, alias } }] });
}

export function refresh(catalog: Catalog, expression: string): Answer {
  const shards = catalog.resolve(expression).length;
  return { status: 200, body: { _shards: { total: shards, successful: shards, failed: 0 } } };
}

export function catIndices(catalog: Catalog, expression: string): Answer {
  const rows = catalog.resolve(expression).map((index) => ({
    health: 'green',
    status: 'open',
    index: index.name,
    uuid: index.uuid,
    pri: '1',
    rep: '0',
    'docs.count': String(index.store.count()),
  }));
  return { status: 200, body: rows };
}
