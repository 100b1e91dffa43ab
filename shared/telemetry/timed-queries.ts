/**
 * Measures how long an index takes to answer: `IndexQueryLatency` by `Index`. DynamoDB's own metrics tell latency apart by table and
 * operation, and not by index (DynamoDB developer guide, "metrics-dimensions"). A query that fails is not measured.
 */
import type { Clock } from '../time/clock.ts';
import type { Measure } from './measurements.ts';

export const INDEX_QUERY_LATENCY = 'IndexQueryLatency';

export type Timed = <Arguments extends readonly unknown[], Answer>(
  index: string,
  query: (...args: Arguments) => Promise<Answer>,
) => (...args: Arguments) => Promise<Answer>;

export function timedQueries(measure: Measure, clock: Pick<Clock, 'now'>): Timed {
  return (index, query) =>
    async (...args) => {
      const startedMs = clock.now();
      const answer = await query(...args);
      measure(INDEX_QUERY_LATENCY, 'milliseconds', Math.max(0, clock.now() - startedMs), { Index: index });
      return answer;
    };
}
