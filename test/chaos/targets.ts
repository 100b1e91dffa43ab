/** All of the running system that something can be done to: what the written streams go through. */
import type { Target } from './faults.ts';
import { WRITTEN_STREAMS } from './load.ts';
import type { FollowedTable } from './recovery.ts';

export function targetsOf(tables: readonly FollowedTable[]): readonly Target[] {
  const isWritten = (service: string) => WRITTEN_STREAMS.some((name) => name === service);
  const written = tables.filter(({ services }) => services.some(isWritten));
  const functions = WRITTEN_STREAMS.filter((name) => written.some(({ services }) => services.includes(name)));
  const one = (kind: Target['kind']): Target => ({ kind, name: '' });
  return [
    ...functions.map((name): Target => ({ kind: 'function', name })),
    ...[...new Set(written.map(({ system }) => system))].map((name): Target => ({ kind: 'tables', name })),
    one('mappings'),
    one('search'),
    one('cache'),
    one('queues'),
    one('buckets'),
    one('gateway'),
  ];
}
