/**
 * Creates the product index and the alias over it. Everything here may run twice, or at the same
 * time in two places, with the same result; nothing here is ever called by a write.
 */
import type { Client } from '@opensearch-project/opensearch';
import { forbidAutoCreate } from './auto-create.ts';
import { createIndex, updateMapping } from './create-index.ts';
import { IndexSetUpError, unless } from './engine-error.ts';
import { clearTheWay } from './in-the-way.ts';
import type { Replicas } from './product-index.ts';

export interface IndexSetUp {
  readonly alias: string;
  /** What distinguishes this index from the next one: `v1`, or `v2-20250131t0900`. */
  readonly version: string;
  readonly replicas: Replicas;
}

export interface IndexSetUpResult {
  /** The index that the alias writes to. */
  readonly index: string;
  readonly created: boolean;
  /** An empty index stood in the alias's place, and was removed. */
  readonly cleared: boolean;
  /** What works, but less well than it could. */
  readonly warnings: readonly string[];
}

/** Others may be setting up the same alias: every lost race is followed by another look. */
const ROUNDS = 4;

/**
 * Makes sure that the alias exists and points to an index with today's mapping. An alias that exists stays with its
 * index, whatever its version; fields the mapping has gained since are added to it.
 *
 * @throws {IndexSetUpError} when a person has to decide, and the client's errors when the engine cannot answer
 */
export async function ensureProductIndex(client: Client, setUp: IndexSetUp): Promise<IndexSetUpResult> {
  const { alias } = setUp;
  const name = indexName(setUp);
  const warnings = await forbidAutoCreate(client, alias);
  const isForbidden = warnings.length === 0;
  let cleared = false;
  for (let round = 0, created = false; round < ROUNDS; round++) {
    const found = await writeIndexOf(client, alias);
    if (found !== undefined) {
      await updateMapping(client, found);
      return { index: found, created, cleared, warnings };
    }
    const way = await clearTheWay(client, alias, isForbidden);
    if (way === 'contended') continue;
    cleared ||= way === 'removed';
    const result = await createIndex(client, name, setUp, { [alias]: { is_write_index: true } });
    switch (result.kind) {
      case 'created':
        created = true;
        warnings.push(...result.warnings);
        break;
      case 'exists':
        // It is there without the alias: left over from a set-up that was undone half.
        await client.indices.updateAliases({
          body: { actions: [{ add: { index: name, alias, is_write_index: true } }] },
        });
        break;
      case 'contended':
        break;
    }
  }
  throw new IndexSetUpError(
    'INDEX_CONTENDED',
    `the alias "${alias}" keeps changing under this set-up; run it again when nobody else changes it`,
  );
}

function indexName({ alias, version }: IndexSetUp): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,99}$/.test(alias)) {
    throw new TypeError(
      'alias: is no name for an alias; give lower case letters, digits, - and _ (at most 100)',
    );
  }
  if (!/^v[0-9][a-z0-9_-]{0,49}$/.test(version)) {
    throw new TypeError('version: is no version; give v and a number, e.g. v1 or v2-20250131t0900');
  }
  return `${alias}-${version}`;
}

export type AliasedIndices = Readonly<
  Record<string, { readonly aliases: Readonly<Record<string, { readonly is_write_index?: boolean }>> }>
>;

async function aliasedIndices(client: Client, alias: string): Promise<AliasedIndices> {
  const response = await unless(client.indices.getAlias({ name: alias }), isNotFound, undefined);
  return (response?.body ?? {}) as AliasedIndices;
}

async function writeIndexOf(client: Client, alias: string): Promise<string | undefined> {
  return writeIndexAmong(await aliasedIndices(client, alias), alias);
}

/** @throws {IndexSetUpError} when the alias has indices, and none of them takes writes */
export function writeIndexAmong(all: AliasedIndices, alias: string): string | undefined {
  const indices = Object.entries(all).filter(([, { aliases }]) => Object.hasOwn(aliases, alias));
  if (indices.length === 0) return undefined;
  // The only index of an alias takes its writes, unless it says that it does not.
  const takesWrites = (said: boolean | undefined) => said ?? indices.length === 1;
  const writeIndex = indices.find(([, { aliases }]) => takesWrites(aliases[alias]?.is_write_index));
  if (writeIndex) return writeIndex[0];
  throw new IndexSetUpError(
    'AMBIGUOUS_ALIAS',
    `the alias "${alias}" takes no writes: none of its ${indices.length} indices is the write index; set is_write_index on one of them`,
  );
}

const isNotFound = ({ status }: { readonly status: number }): boolean => status === 404;
