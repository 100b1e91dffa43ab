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
  aliases: Aliases,
): Promise<Created> {
  const create = (missing: ReadonlySet<string>) =>
    tryToCreate(client, index, { ...productIndexBody({ replicas, missing }), aliases });
  const whole = await create(new Set());
  if (whole.kind === 'created') return { ...whole, warnings: [] };
  if (whole.kind !== 'refused') return whole;

  const missing = await missingParts(client);
  if (missing.size === 0) throw whole.error;
  const reduced = await create(missing);
  if (reduced.kind === 'created') return { ...reduced, warnings: analysisWarnings(missing) };
  if (reduced.kind !== 'refused') return reduced;
  throw reduced.error;
}

type Aliases = Readonly<Record<string, { readonly is_write_index: boolean }>>;

async function tryToCreate(
  client: Client,
  index: string,
  body: ReturnType<typeof productIndexBody> & { readonly aliases: Aliases },
) {
  try {
    await client.indices.create({ index, body });
    return { kind: 'created' } as const;
  } catch (error) {
    const answer = engineError(error);
    switch (answer?.type) {
      case 'resource_already_exists_exception':
        return { kind: 'exists' } as const;
      // Somebody else's index, or their alias, came in between.
      case 'invalid_index_name_exception':
      case 'illegal_state_exception':
        return { kind: 'contended' } as const;
      default:
        if (answer?.status !== 400) throw error;
        return { kind: 'refused', error } as const;
    }
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
