/** Reads what the index holds of some documents right now: real time, not as of the last refresh. */
import type { Client } from '@opensearch-project/opensearch';
import type { Failure } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { send } from './send.ts';

export type Stored =
  | { readonly kind: 'present'; readonly version: number; readonly eventId?: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'transient'; readonly failure: Failure };

interface MgetDocument {
  readonly found?: boolean;
  readonly _version?: number;
  readonly _source?: { readonly eventId?: unknown };
  readonly error?: { readonly type?: string };
}

/** Ids per request: a few dozen bytes each, far below any limit. */
const MAX_IDS = 1_000;

/** @returns what is stored under each id, in order */
export async function readStored(
  target: { readonly client: Client; readonly alias: string },
  ids: readonly string[],
  context: BatchContext,
): Promise<readonly Stored[]> {
  const stored: Stored[] = [];
  for (let from = 0; from < ids.length; from += MAX_IDS) {
    const page = ids.slice(from, from + MAX_IDS);
    const request = { index: target.alias, _source_includes: ['eventId'], body: { ids: page } };
    const answer = await send<{ docs?: readonly MgetDocument[] }>(() => target.client.mget(request), context);
    if (answer.kind === 'answered')
      stored.push(...page.map((_, index) => readDocument(answer.body.docs?.[index])));
    else stored.push(...page.map((): Stored => ({ kind: 'transient', failure: answer.failure })));
  }
  return stored;
}

function readDocument(document: MgetDocument | undefined): Stored {
  if (document?.error !== undefined) {
    const { type = 'unknown' } = document.error;
    return { kind: 'transient', failure: { code: 'SEARCH_READ_FAILED', type } };
  }
  if (document?.found === false) return { kind: 'absent' };
  if (document?.found !== true || !Number.isSafeInteger(document._version)) {
    return { kind: 'transient', failure: { code: 'SEARCH_READ_FAILED' } };
  }
  const eventId = document._source?.eventId;
  return {
    kind: 'present',
    version: Number(document._version),
    ...(typeof eventId === 'string' ? { eventId } : {}),
  };
}
