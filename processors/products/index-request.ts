/** What the set-up function can be asked by an operator: the steps of a rebuild, each named in the event. Anything else is a set-up. */
import type { Client } from '@opensearch-project/opensearch';
import * as z from 'zod/mini';
import { IndexSetUpError } from '../../shared/search/engine-error.ts';
import {
  declareChecked,
  describeIndex,
  dropIndex,
  type IndexState,
  prepareNext,
  switchToNext,
} from '../../shared/search/rebuild-index.ts';

const index = z
  .string({ error: 'expected the name of an index' })
  .check(z.regex(/^[a-z0-9][a-z0-9_-]{0,150}$/, { error: 'expected the name of an index' }));

const request = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ action: z.literal('describe') }),
    z.strictObject({ action: z.literal('prepare') }),
    z.strictObject({ action: z.literal('switch'), to: index }),
    z.strictObject({ action: z.literal('checked'), index }),
    z.strictObject({
      action: z.literal('drop'),
      which: z.enum(['previous', 'next'], { error: 'expected previous or next' }),
    }),
  ],
  { error: 'expected an action: describe, prepare, switch, checked or drop' },
);

export type IndexRequest = z.infer<typeof request>;

/** The state after the step, or why a person has to decide first. */
export type IndexAnswer =
  | { readonly index: IndexState }
  | { readonly refused: { readonly code: string; readonly message: string } };

/**
 * @returns undefined for an event that asks for no step: `{"index": {"action": …}}` does
 * @throws {TypeError} naming the field when a step is asked for, but not as it must be
 */
export function indexRequest(event: unknown): IndexRequest | undefined {
  if (typeof event !== 'object' || event === null || !('index' in event)) return undefined;
  const parsed = z.safeParse(request, event.index);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TypeError(`${['index', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'unknown'}`);
}

/** @throws the client's errors when the engine cannot answer */
export async function takeStep(
  client: Client,
  alias: string,
  asked: IndexRequest,
  nowMs: number,
): Promise<IndexAnswer> {
  try {
    return { index: await step(client, alias, asked, nowMs) };
  } catch (error) {
    if (!(error instanceof IndexSetUpError)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}

function step(client: Client, alias: string, asked: IndexRequest, nowMs: number): Promise<IndexState> {
  switch (asked.action) {
    case 'describe':
      return describeIndex(client, alias);
    case 'prepare':
      return prepareNext(client, alias, nowMs);
    case 'switch':
      return switchToNext(client, alias, asked.to);
    case 'checked':
      return declareChecked(client, alias, asked.index);
    case 'drop':
      return dropIndex(client, alias, asked.which);
  }
}
