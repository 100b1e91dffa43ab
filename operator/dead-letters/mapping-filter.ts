/** The filter of an event source mapping as it is now: which records of a range its function gets. */
import { GetEventSourceMappingCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { compileFilters, type RecordFilter } from '../../local/event-source-mapping/index.ts';
import type { MappingFacts } from '../system/system.ts';

/** `unknown` says in `details` why, so that nobody believes a filter was applied. */
export type KnownFilter =
  | { readonly kind: 'none' }
  | { readonly kind: 'filter'; readonly passes: RecordFilter }
  | { readonly kind: 'unknown'; readonly details: string };

/** Asks once per mapping. */
export function mappingFilters(lambda: Pick<LambdaClient, 'send'>, signal: AbortSignal) {
  const known = new Map<string, Promise<KnownFilter>>();
  return (mapping: Pick<MappingFacts, 'id'> | undefined): Promise<KnownFilter> => {
    if (mapping === undefined)
      return Promise.resolve({ kind: 'unknown', details: 'no mapping of the processor reads this stream' });
    const filter = known.get(mapping.id) ?? readFilter(lambda, mapping.id, signal);
    known.set(mapping.id, filter);
    return filter;
  };
}

async function readFilter(
  lambda: Pick<LambdaClient, 'send'>,
  id: string,
  signal: AbortSignal,
): Promise<KnownFilter> {
  try {
    const command = new GetEventSourceMappingCommand({ UUID: id });
    const { FilterCriteria: criteria, FilterCriteriaError: hidden } = await lambda.send(command, {
      abortSignal: signal,
    });
    if (hidden !== undefined)
      return {
        kind: 'unknown',
        details: `the mapping's filter cannot be read (${hidden.ErrorCode ?? 'encrypted'})`,
      };
    const patterns = (criteria?.Filters ?? []).flatMap(({ Pattern: pattern }) => pattern ?? []);
    const passes = compileFilters(patterns);
    return passes === undefined ? { kind: 'none' } : { kind: 'filter', passes };
  } catch (error) {
    signal.throwIfAborted();
    const name = error instanceof Error ? error.name : typeof error;
    return { kind: 'unknown', details: `the mapping's filter cannot be read (${name})` };
  }
}
