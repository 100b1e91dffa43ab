/** Reads what an index holds of some documents right now: real time, not as of the last refresh. */
import type { Client } from '@opensearch-project/opensearch';
import type { Value } from '../../stream/change.ts';
import type { Failure } from '../../stream/outcome.ts';
import type { BatchContext } from '../../stream/processor.ts';
import { send } from './send.ts';

export type Stored =
  | { readonly kind: 'present'; readonly version: number; readonly eventId?: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'transient'; readonly failure: Failure };

/** With all that it holds, but for the event id; digits are exact if the target's client reads them so. */
export type StoredDocument =
  | { readonly kind: 'present'; readonly version: number; readonly document: Fields }
  | Exclude<Stored, { kind: 'present' }>;

export type Fields = { readonly [name: string]: Value };

export interface ReadTarget {
  readonly client: Client;
  readonly alias: string;
}

interface MgetDocument {
  readonly found?: boolean;
  readonly _version?: number;
  readonly _source?: Fields;
  readonly error?: { readonly type?: string };
}

/** Ids per request: a few dozen bytes each, far below any limit. */
const MAX_IDS = 1_000;

/** With whole documents, of some kilobytes each. */
const MAX_DOCUMENTS = 250;

/** @returns what is stored under each id, in order */
export async function readStored(
  target: ReadTarget,
  ids: readonly string[],
  context: BatchContext,
): Promise<readonly Stored[]> {
  const documents = await read(target, ids, { most: MAX_IDS, _source_includes: ['eventId'] }, context);
  return documents.map((document) => {
    if (document.kind !== 'present') return document;
    const { eventId } = document.source;
    const { version } = document;
    return { kind: 'present', version, ...(typeof eventId === 'string' ? { eventId } : {}) };
  });
}

/** @returns what is stored under each id, in order. No filter of the engine touches the sources: it would round their numbers. */
export async function readDocuments(
  target: ReadTarget,
  ids: readonly string[],
  context: BatchContext,
): Promise<readonly StoredDocument[]> {
  const documents = await read(target, ids, { most: MAX_DOCUMENTS }, context);
  return documents.map((found) => {
    if (found.kind !== 'present') return found;
    const { eventId: _, ...document } = found.source;
    return { kind: 'present', version: found.version, document };
  });
}

type Read =
  | { readonly kind: 'present'; readonly version: number; readonly source: Fields }
  | Exclude<Stored, { kind: 'present' }>;

async function read(
  { client, alias }: ReadTarget,
  ids: readonly string[],
  { most, ...selection }: { readonly most: number; readonly _source_includes?: string[] },
  context: BatchContext,
): Promise<readonly Read[]> {
  const documents: Read[] = [];
  for (let from = 0; from < ids.length; from += most) {
    const page = ids.slice(from, from + most);
    const request = { index: alias, ...selection, body: { ids: page } };
    const answer = await send<{ docs?: readonly MgetDocument[] }>(() => client.mget(request), context);
    if (answer.kind === 'answered')
      documents.push(...page.map((_, index) => readDocument(answer.body.docs?.[index])));
    else documents.push(...page.map((): Read => ({ kind: 'transient', failure: answer.failure })));
  }
  return documents;
}

function readDocument(document: MgetDocument | undefined): Read {
  if (document?.error !== undefined) {
    const { type = 'unknown' } = document.error;
    return { kind: 'transient', failure: { code: 'SEARCH_READ_FAILED', type } };
  }
  if (document?.found === false) return { kind: 'absent' };
  if (document?.found !== true || !Number.isSafeInteger(document._version)) {
    return { kind: 'transient', failure: { code: 'SEARCH_READ_FAILED' } };
  }
  return { kind: 'present', version: Number(document._version), source: document._source ?? {} };
}
