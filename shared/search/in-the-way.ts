/**
 * What becomes of an index that bears the alias's own name. An engine that has lost everything has lost with it that it must not
 * create indices by itself; a bulk delete that comes before the set-up then makes one, empty and without a mapping, where the alias
 * has to be. Such a one is removed, if it provably holds nothing. Every other is somebody's, and is refused.
 */
import type { Client } from '@opensearch-project/opensearch';
import { type EngineError, engineError, IndexSetUpError, unless } from './engine-error.ts';
import { inTheWayAlias } from './index-aliases.ts';

/** - `contended`: somebody else changed it meanwhile; it has to be looked at again. */
export type Way = 'clear' | 'removed' | 'contended';

/**
 * Until it is deleted the index is spoken of by an alias of its own: what bears the name of `alias` may be the alias itself by then,
 * of another set-up, and the index behind that must not be blocked. (Only what gives an alias and what deletes takes names of indices
 * alone.) Writes are blocked before documents are counted, and a block of this kind is in force for all that was on its way when it is
 * answered (OpenSearch, "Blocks API"): what was not counted is not there. A failure in between leaves an empty index blocked and
 * marked, and the next set-up goes on with it.
 *
 * @param isForbidden whether the engine no longer creates the index by itself: else it could be a later one that is deleted
 * @throws {IndexSetUpError} when a person has to decide
 */
export async function clearTheWay(client: Client, alias: string, isForbidden: boolean): Promise<Way> {
  const found = await indexBearing(client, alias);
  if (found === undefined) return 'clear';
  const mark = inTheWayAlias(alias);
  if (!isForbidden || !isAsMadeByDelete(found, mark)) throw refusal(alias);
  try {
    await client.indices.updateAliases({ body: { actions: [{ add: { index: alias, alias: mark } }] } });
    switch (await contentOf(client, mark)) {
      case 'none':
        await client.indices.delete({ index: alias });
        return 'removed';
      case 'unknown':
        return 'contended';
      case 'some':
        await client.indices.putSettings({ index: mark, body: { 'index.blocks.write': null } });
        await client.indices.updateAliases({
          body: { actions: [{ remove: { index: alias, alias: mark } }] },
        });
        break;
    }
  } catch (error) {
    if (isGone(error)) return 'contended';
    throw error;
  }
  throw refusal(alias);
}

interface IndexFound {
  readonly aliases?: object;
  readonly mappings?: object;
  readonly settings?: { readonly index?: { readonly blocks?: object } };
}

/** @returns undefined where no index has the name: it is free, or the alias's */
async function indexBearing(client: Client, alias: string): Promise<IndexFound | undefined> {
  const isNotFound = ({ status }: EngineError) => status === 404;
  const response = await unless(client.indices.get({ index: alias }), isNotFound, undefined);
  return (response?.body as Readonly<Record<string, IndexFound>> | undefined)?.[alias];
}

/** Ours have a mapping, and so has all that somebody meant to write to. A block that is not of a set-up is somebody's precaution. */
function isAsMadeByDelete({ aliases = {}, mappings = {}, settings }: IndexFound, mark: string): boolean {
  const names = Object.keys(aliases);
  const isMarked = names.includes(mark);
  const isBlocked = Object.values(settings?.index?.blocks ?? {}).includes('true');
  return (
    names.length === (isMarked ? 1 : 0) && Object.keys(mappings).length === 0 && (isMarked || !isBlocked)
  );
}

/** `unknown`: a shard, or all while another set-up blocks reads, did not answer, and may hold something. */
type Content = 'none' | 'some' | 'unknown';

async function contentOf(client: Client, index: string): Promise<Content> {
  try {
    return await blockAndCount(client, index);
  } catch (error) {
    switch (engineError(error)?.type) {
      case 'cluster_block_exception':
        return 'unknown';
      // Somebody closed it: nobody can count what it holds.
      case 'index_closed_exception':
        return 'some';
      default:
        throw error;
    }
  }
}

async function blockAndCount(client: Client, index: string): Promise<Content> {
  const isBlocked = await blockWrites(client, index);
  const { body: refreshed } = await client.indices.refresh({ index });
  const { body: counted } = await client.count({ index });
  if (counted.count > 0) return 'some';
  const { total, successful } = counted._shards;
  const isWhole = refreshed._shards?.failed === 0 && successful === total;
  return isBlocked && isWhole ? 'none' : 'unknown';
}

/**
 * @returns whether all shards said that they heed it, and that what was on its way is done. Of a block that is there already the engine
 *   says neither (recorded on OpenSearch 2.11): then another one has to tell, and goes again.
 */
async function blockWrites(client: Client, index: string): Promise<boolean> {
  const { body: writes } = await client.indices.addBlock({ index, block: 'write' });
  if (writes.indices.length > 0) return writes.shards_acknowledged;
  const { body: reads } = await client.indices.addBlock({ index, block: 'read' });
  await client.indices.putSettings({ index, body: { 'index.blocks.read': null } });
  return reads.shards_acknowledged;
}

/** 400: the name is that of the alias by now. */
function isGone(error: unknown): boolean {
  const status = engineError(error)?.status;
  return status === 404 || status === 400;
}

function refusal(alias: string): IndexSetUpError {
  return new IndexSetUpError(
    'INDEX_BEARS_ALIAS_NAME',
    `an index is called "${alias}", so no alias can be; if nothing else needs it, delete it (DELETE /${alias}), else choose another alias`,
  );
}
