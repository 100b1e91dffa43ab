/** Shows and changes aliases. */
import { type Alias, type Catalog, type Index, refuseWriters } from './catalog.ts';
import { EngineError, illegalArgument, notImplemented } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Answer } from './request.ts';
import { matchesWildcard } from './selection.ts';

const object = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** @throws {EngineError} for filters and routing, which this engine has not */
export function readAlias(definition: JsonObject): Alias {
  const { is_write_index: isWriteIndex, ...others } = definition;
  for (const name of Object.keys(others)) throw notImplemented(`[${name}] of an alias`);
  return isWriteIndex === undefined ? {} : { is_write_index: String(isWriteIndex) === 'true' };
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
    const concerned = names(index, indices).flatMap((name) => catalog.resolveConcrete(name));
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
  return { status: 200, body: { acknowledged: true } };
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
