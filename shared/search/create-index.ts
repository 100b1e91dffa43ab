/** Creates one index with today's mapping, or brings one up to it; copes with engines that lack parts of the analyzers. */
import type { Client } from '@opensearch-project/opensearch';
import { analysisWarnings, optionalParts } from './analysis.ts';
import { engineError, IndexSetUpError, unless } from './engine-error.ts';
import { productIndexBody, productMappings, type Replicas } from './product-index.ts';

export type Created =
  | { readonly kind: 'created'; readonly warnings: readonly string[] }
  | { readonly kind: 'exists' }
  | { readonly kind: 'contended' };

/** Creates the index with all that the engine offers; what it lacks is left out, and said. */
export async function createIndex(
  client: Client,
  index: string,
  { replicas }: { readonly replicas: Replicas },
  aliases: Readonly<Record<string, { readonly is_write_index: boolean }>>,
): Promise<Created> {
  const create = async (missing: ReadonlySet<string>): Promise<Created> => {
    const body = { ...productIndexBody({ replicas, missing }), aliases };
    await client.indices.create({ index, body });
    return { kind: 'created', warnings: analysisWarnings(missing) };
  };
  try {
    return await create(new Set());
  } catch (error) {
    const answer = engineError(error);
    if (answer?.type === 'resource_already_exists_exception') return { kind: 'exists' };
    // Somebody else's index, or their alias, came in between.
    if (answer?.type === 'invalid_index_name_exception' || answer?.type === 'illegal_state_exception') {
      return { kind: 'contended' };
    }
    if (answer?.status !== 400) throw error;
    const missing = await missingParts(client);
    if (missing.size === 0) throw error;
    return create(missing);
  }
}

/** Tries every part of the analyzers that an engine may lack. */
async function missingParts(client: Client): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  for (const { name, kind, definition } of optionalParts) {
    const body = { tokenizer: 'standard', [kind]: [definition], text: 'x' };
    const answer = await unless(client.indices.analyze({ body }), ({ status }) => status === 400, undefined);
    if (answer === undefined) missing.add(name);
  }
  return missing;
}

/** Adds what the mapping has gained since the index was created. */
export async function updateMapping(client: Client, index: string): Promise<void> {
  try {
    await client.indices.putMapping({ index, body: productMappings });
  } catch (error) {
    if (engineError(error)?.status !== 400) throw error;
    throw new IndexSetUpError(
      'MAPPING_NEEDS_REBUILD',
      `the index "${index}" cannot take today's mapping in place; rebuild it into an index of the next version`,
      error,
    );
  }
}
