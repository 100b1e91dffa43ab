/**
 * The administrative steps of a rebuild: the next index is prepared beside the one in use, comes into use, is declared checked, and the
 * one before is dropped. Each step may be repeated, and may be taken by several at once. What state a rebuild is in, the aliases say.
 */
import type { Client } from '@opensearch-project/opensearch';
import { forbidAutoCreate } from './auto-create.ts';
import { createIndex, updateMapping } from './create-index.ts';
import { engineError, IndexSetUpError } from './engine-error.ts';
import { type AliasedIndices, writeIndexAmong } from './index-admin.ts';
import { nextAlias, previousAlias, uncheckedAlias } from './index-aliases.ts';

export interface IndexState {
  /** The index in use; undefined before the first set-up. */
  readonly current?: string;
  /** The index that is being filled, while a rebuild is on. */
  readonly next?: string;
  /** The index that was in use before the last rebuild, while it is kept. */
  readonly previous?: string;
  /** True from the switch until every key has been checked against the table. */
  readonly unchecked: boolean;
}

export async function describeIndex(client: Client, alias: string): Promise<IndexState> {
  // With a wildcard a missing alias is no error, and all of them are seen at one moment.
  const { body } = await client.indices.getAlias({ name: `${alias}*` });
  const indices = body as AliasedIndices;
  const bearing = (name: string) => Object.keys(indices).find((index) => indices[index]?.aliases[name]);
  const current = writeIndexAmong(indices, alias);
  const [next, previous] = [bearing(nextAlias(alias)), bearing(previousAlias(alias))];
  return {
    ...(current === undefined ? {} : { current }),
    ...(next === undefined ? {} : { next }),
    ...(previous === undefined ? {} : { previous }),
    unchecked: bearing(uncheckedAlias(alias)) !== undefined,
  };
}

/** Others may be preparing the same: every lost race is followed by another look. */
const ROUNDS = 4;

/**
 * Creates the next index with today's mapping, or finds the one that was prepared before.
 *
 * @param nowMs ends up in its name, so that an index that was given up and the one after it are never taken for each other
 * @throws {IndexSetUpError} when something is in the way
 */
export async function prepareNext(client: Client, alias: string, nowMs: number): Promise<IndexState> {
  await forbidAutoCreate(client, alias);
  for (let round = 0; round < ROUNDS; round++) {
    const state = await describeIndex(client, alias);
    if (state.next !== undefined) {
      await updateMapping(client, state.next);
      return state;
    }
    refuseUnprepared(state, alias);
    const aliases = { [nextAlias(alias)]: { is_write_index: true } };
    await createIndex(client, await unusedName(client, alias, nowMs), { replicas: 'auto' }, aliases);
  }
  throw contended(alias);
}

function refuseUnprepared({ current, previous, unchecked }: IndexState, alias: string): void {
  if (current === undefined)
    throw new IndexSetUpError('NO_INDEX', `the alias "${alias}" has no index yet; run the set-up first`);
  if (unchecked)
    throw new IndexSetUpError(
      'REBUILD_UNCHECKED',
      `the index "${current}" has not been checked since it came into use; finish that rebuild first`,
    );
  if (previous !== undefined)
    throw new IndexSetUpError(
      'PREVIOUS_INDEX_KEPT',
      `the index "${previous}" is still kept from the rebuild before; drop it first`,
    );
}

/** One version higher than any there is, with or without an alias. */
async function unusedName(client: Client, alias: string, nowMs: number): Promise<string> {
  const { body } = await client.indices.getAlias({ index: `${alias}-v*` });
  const versions = Object.keys(body).map((index) =>
    Number(/^v(\d+)/.exec(index.slice(alias.length + 1))?.[1]),
  );
  const version = Math.max(0, ...versions.filter(Number.isSafeInteger)) + 1;
  const at = new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return `${alias}-v${version}-${at}`;
}

/**
 * Brings the prepared index into use: for every reader and writer at one moment, and from then on nothing is filled into it any more.
 *
 * @param to as `prepareNext` named it: another rebuild's index is not switched to
 */
export async function switchToNext(client: Client, alias: string, to: string): Promise<IndexState> {
  for (let round = 0; round < ROUNDS; round++) {
    const state = await describeIndex(client, alias);
    const { current, next } = state;
    if (current === to) return state;
    if (next !== to || current === undefined)
      throw new IndexSetUpError('NOT_PREPARED', `the index "${to}" is not the one that is being filled`);
    const actions = [
      { remove: { index: current, alias } },
      { add: { index: current, alias: previousAlias(alias) } },
      { remove: { index: to, alias: nextAlias(alias) } },
      { add: { index: to, alias: uncheckedAlias(alias) } },
      { add: { index: to, alias, is_write_index: true } },
    ];
    await unlessChanged(client.indices.updateAliases({ body: { actions } }));
  }
  throw contended(alias);
}

/** Declares the index in use checked, once every key has been. */
export async function declareChecked(client: Client, alias: string, index: string): Promise<IndexState> {
  const { current, unchecked } = await describeIndex(client, alias);
  if (current !== index)
    throw new IndexSetUpError('NOT_PREPARED', `the index "${index}" is not in use; another has come since`);
  if (unchecked) {
    const actions = [{ remove: { index, alias: uncheckedAlias(alias) } }];
    await unlessChanged(client.indices.updateAliases({ body: { actions } }));
  }
  return describeIndex(client, alias);
}

/** Deletes the index from before, or gives up the one that is being filled. The index in use is never deleted. */
export async function dropIndex(
  client: Client,
  alias: string,
  which: 'previous' | 'next',
): Promise<IndexState> {
  const state = await describeIndex(client, alias);
  const index = state[which];
  if (index === undefined) return state;
  if (which === 'previous' && state.unchecked)
    throw new IndexSetUpError(
      'REBUILD_UNCHECKED',
      `the index "${index}" is needed until "${state.current}" has been checked; finish that rebuild first`,
    );
  if (index === state.current) throw contended(alias);
  await unlessChanged(client.indices.delete({ index }));
  return describeIndex(client, alias);
}

/** Somebody else was faster: what they made of it is looked at again. */
async function unlessChanged(request: PromiseLike<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (engineError(error)?.status !== 404) throw error;
  }
}

function contended(alias: string): IndexSetUpError {
  return new IndexSetUpError(
    'INDEX_CONTENDED',
    `the alias "${alias}" keeps changing under this rebuild; go on when nobody else changes it`,
  );
}
