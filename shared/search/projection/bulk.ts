/** Sends operations in bulk requests bounded by bytes and count, two in flight, one pass; a refused request is cut until its culprit is alone. */
import type { API, Client } from '@opensearch-project/opensearch';
import type { BatchContext } from '../../stream/processor.ts';
import { type BulkItem, type OperationResult, readItem } from './operation-result.ts';
import { send } from './send.ts';

/** One strict external write: the engine refuses it unless `version` is higher than what it has. */
export interface Operation {
  readonly id: string;
  readonly version: number;
  /** The document as JSON; absent to delete. */
  readonly source?: string;
}

/** Half of a thousand, so that a batch of a thousand keeps two requests in flight; measured, more in flight adds little. */
const MAX_OPERATIONS = 500;

/** Small search instances take 10 MiB a request (OpenSearch Service, "Quotas"); half of it leaves room for any other limit on the way. */
const MAX_BYTES = 5 * 1024 * 1024;

const IN_FLIGHT = 2;

/** Only what is read: for a large bulk the answer's size is a good part of the cost. */
const ANSWER = 'errors,items.*.status,items.*.result,items.*._index,items.*.error.type,items.*.error.reason';

export interface BulkTarget {
  readonly client: Client;
  readonly alias: string;
}

/** @returns one result per operation, in order; ids must be distinct */
export async function bulk(
  target: BulkTarget,
  operations: readonly Operation[],
  context: BatchContext,
): Promise<readonly OperationResult[]> {
  const results: OperationResult[] = [];
  const requests = pack(operations);
  const sender = async () => {
    for (let next = requests.next(); !next.done; next = requests.next()) {
      const { from, lines } = next.value;
      const answers = await sendLines(target, lines, context);
      answers.forEach((answer, index) => {
        results[from + index] = answer;
      });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sender));
  return results;
}

function* pack(operations: readonly Operation[]): Generator<{ from: number; lines: readonly string[] }> {
  let lines: string[] = [];
  let bytes = 0;
  for (const [index, operation] of operations.entries()) {
    const line = toLines(operation);
    const size = Buffer.byteLength(line);
    if (lines.length > 0 && (lines.length === MAX_OPERATIONS || bytes + size > MAX_BYTES)) {
      yield { from: index - lines.length, lines };
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) yield { from: operations.length - lines.length, lines };
}

function toLines({ id, version, source }: Operation): string {
  const action = source === undefined ? 'delete' : 'index';
  const head = `{"${action}":{"_id":${JSON.stringify(id)},"version":${version},"version_type":"external"}}\n`;
  return source === undefined ? head : `${head}${source}\n`;
}

async function sendLines(
  target: BulkTarget,
  lines: readonly string[],
  context: BatchContext,
): Promise<readonly OperationResult[]> {
  const { client, alias } = target;
  // The client sends a string as it is; its types only know the objects it would serialize into one.
  const body = lines.join('') as unknown as API.Bulk_RequestBody;
  const request = { index: alias, require_alias: true, filter_path: ANSWER, body };
  const answer = await send<{ items?: readonly Record<string, BulkItem>[] }>(
    () => client.bulk(request),
    context,
  );
  switch (answer.kind) {
    case 'answered':
      return lines.map((_, index) => readItem(Object.values(answer.body.items?.[index] ?? {})[0], alias));
    case 'transient':
      return lines.map(() => answer);
    case 'refused': {
      if (lines.length > 1) {
        const middle = Math.ceil(lines.length / 2);
        const first = await sendLines(target, lines.slice(0, middle), context);
        return [...first, ...(await sendLines(target, lines.slice(middle), context))];
      }
      const kind = answer.byEngine ? 'poison' : 'transient';
      return lines.map(() => ({ kind, failure: { ...answer.failure, code: 'OPERATION_REFUSED' } }));
    }
  }
}
