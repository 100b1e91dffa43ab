/**
 * Fills the next index with items as they are now, under the versions that their documents have in the index in use: whatever is written
 * after the switch then wins. The alias it writes to goes with the switch, so that nothing can be filled into an index in use.
 */
import type { Outcome } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { nextAlias } from '../index-aliases.ts';
import { bulk, type Operation } from './bulk.ts';
import type { OperationResult } from './operation-result.ts';
import type { SearchProjection } from './search-work.ts';
import { readStored, type Stored } from './stored.ts';
import { currentItemInvalid } from './target.ts';
import { readWanted, type Unread, unread, type Wanted } from './wanted.ts';

/** @returns in the order of the keys, which may repeat; transient where it should be tried again */
export async function fillNext(
  projection: SearchProjection,
  keys: readonly string[],
  context: BatchContext,
): Promise<readonly Outcome[]> {
  const ids = [...new Set(keys)];
  // In this order: an item is then never older than the version it is given.
  const stored = await readStored(projection, ids, context);
  const wanted = await readWanted(projection, ids, context);
  const steps = new Map(ids.map((id, index) => [id, stepOf(id, stored[index] ?? unread, wanted[index])]));
  const operations = [...steps.values()].flatMap((step) => ('id' in step ? [step] : []));
  const target = { client: projection.client, alias: nextAlias(projection.alias) };
  const results = await bulk(target, operations, context);
  const written = new Map(operations.map(({ id }, index) => [id, results[index]]));
  return keys.map((key) => {
    const step = steps.get(key) ?? unread;
    return 'id' in step ? outcomeOf(written.get(key)) : step;
  });
}

/** A conflict is with what an earlier attempt wrote: the index is not in use, so nobody else writes there. */
function outcomeOf(result: OperationResult = unread): Outcome {
  switch (result.kind) {
    case 'done':
      return { kind: 'applied' };
    case 'conflict':
      return { kind: 'duplicate' };
    case 'poison':
    case 'transient':
      return result;
  }
}

function stepOf(id: string, stored: Stored, wanted: Wanted | Unread = unread): Operation | Outcome {
  if (stored.kind === 'transient') return stored;
  if (wanted.kind === 'transient') return wanted;
  if (!wanted.desired.ok) return { kind: 'poison', failure: currentItemInvalid(wanted.desired) };
  const { effect } = wanted.desired;
  if (effect.kind === 'delete') return { kind: 'gone' };
  const version = stored.kind === 'present' ? stored.version : 1;
  return { id, version, source: JSON.stringify(effect.document) };
}
