/** Creates, shows, changes and deletes indices. */
import { isDeepStrictEqual } from 'node:util';
import { readAlias } from './aliases.ts';
import type { Catalog, Index } from './catalog.ts';
import { EngineError, illegalArgument, notImplemented } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Answer } from './request.ts';
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

export function deleteIndices(catalog: Catalog, expression: string): Answer {
  for (const index of catalog.resolveConcrete(expression)) catalog.delete(index);
  return acknowledged;
}

/** What was on its way is done: this engine does one thing at a time. Of what was blocked before it says nothing, as OpenSearch. */
export function addBlock(catalog: Catalog, expression: string, block: string): Answer {
  if (block !== 'write' && block !== 'read') throw notImplemented(`the block [${block}]`);
  const name = `index.blocks.${block}`;
  const indices = catalog.resolve(expression).filter((index) => index.settings.get(name) !== 'true');
  for (const index of indices) index.settings.set(name, 'true');
  catalog.save();
  const blocked = indices.map((index) => ({ name: index.name, blocked: true }));
  const isNew = blocked.length > 0;
  return { status: 200, body: { acknowledged: true, shards_acknowledged: isNew, indices: blocked } };
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
