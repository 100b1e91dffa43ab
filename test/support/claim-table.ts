/** A table of claims in memory, whose requests can be refused, lost on the way there, or lost on the way back. */
import type { ClaimTable, StoredClaim, Write, Written } from '../../shared/idempotency/claim-table.ts';

/**
 * - `lost`: nothing is written and the request fails.
 * - `unanswered`: everything is written and the request fails.
 * - `silent`: everything is written and no answer ever comes.
 * - `throttled`: each statement is refused by itself.
 */
export type Fault = 'lost' | 'unanswered' | 'silent' | 'throttled';

export interface MemoryClaimTable extends ClaimTable {
  readonly items: Map<string, StoredClaim>;
  /** Keys of every request, in the order in which they came. */
  readonly requests: { readonly kind: 'write' | 'read'; readonly keys: readonly string[] }[];
  /** Asked at every request; undefined lets it through. */
  fault: (request: { kind: 'write'; writes: readonly Write[] } | { kind: 'read' }) => Fault | undefined;
}

export function memoryClaimTable(limits = { writes: 25, reads: 100 }): MemoryClaimTable {
  const items = new Map<string, StoredClaim>();
  const requests: MemoryClaimTable['requests'] = [];
  const table: MemoryClaimTable = {
    limits,
    items,
    requests,
    fault: () => undefined,
    async write(writes) {
      note(
        'write',
        writes.map(({ key }) => key),
      );
      const fault = table.fault({ kind: 'write', writes });
      if (fault === 'throttled') return writes.map(() => ({ kind: 'refused', code: 'ThrottlingError' }));
      if (fault === 'lost') throw new TableDown();
      const answers = writes.map((write) => apply(items, write));
      return await answered(answers, fault);
    },
    async read(keys) {
      note('read', keys);
      const fault = table.fault({ kind: 'read' });
      if (fault === 'lost' || fault === 'throttled') throw new TableDown();
      return await answered(
        keys.map((key) => items.get(key)),
        fault,
      );
    },
  };
  function note(kind: 'write' | 'read', keys: readonly string[]): void {
    const most = kind === 'write' ? limits.writes : limits.reads;
    if (keys.length > most || new Set(keys).size !== keys.length) throw new RequestInvalid();
    requests.push({ kind, keys });
  }
  return table;
}

async function answered<T>(answers: T, fault: Fault | undefined): Promise<T> {
  if (fault === 'unanswered') throw new TableDown();
  if (fault === 'silent') return new Promise(() => {});
  return answers;
}

function apply(items: Map<string, StoredClaim>, write: Write): Written {
  const stored = items.get(write.key);
  switch (write.kind) {
    case 'insert':
      if (stored !== undefined) return { kind: 'unmet' };
      items.set(write.key, { state: write.state, ttl: write.ttl });
      return { kind: 'done' };
    case 'replace':
      if (stored?.state !== write.from) return { kind: 'unmet' };
      items.set(write.key, { state: write.state, ttl: stored.ttl });
      return { kind: 'done' };
    case 'delete':
      if (stored !== undefined && stored.state !== write.from) return { kind: 'unmet' };
      items.delete(write.key);
      return { kind: 'done' };
  }
}

class TableDown extends Error {
  readonly code = 'TABLE_DOWN';
  override readonly name = 'TableDown';
}

/** What DynamoDB refuses as a whole: too many statements, or one key twice. */
class RequestInvalid extends Error {
  override readonly name = 'ValidationException';
}
