/**
 * analytics: sessions and analyses become metrics, and nothing else. Not idempotent: a record that is delivered again is
 * counted again, which a count over thousands bears, and remembering every one would cost more than the count is worth. For the
 * same reason there is no plan: nobody can tell what was counted, so every record that is redriven counts again.
 */
import type { Change } from '../../shared/stream/change.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import type { Decision, StreamProcessor } from '../../shared/stream/processor.ts';
import { type Measure, measureAnalysis, measureSessionEnd } from './measure.ts';

export interface MeasureSink {
  add(measures: readonly Measure[]): void;
}

/** Serves both streams: a record's key says which table it is of. */
export function analyticsProcessor(sink: MeasureSink): StreamProcessor<Measure> {
  return {
    name: 'analytics',
    images: 'new-and-old',
    orderingKey: (change) => sessionId(change) ?? historyId(change),
    decide,
    carryOut: async (work) => {
      sink.add(work.map(({ effect }) => effect));
      return work.map((): Outcome => ({ kind: 'applied' }));
    },
  };
}

function sessionId({ keys }: Change): string | undefined {
  return text(keys.sessionId);
}

function historyId({ keys }: Change): string | undefined {
  return text(keys.historyId);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function decide(change: Change): Decision<Measure> {
  return sessionId(change) === undefined ? decideHistory(change) : decideSession(change);
}

/** A session that is merely used is rewritten each time. One touched after it had expired comes back without its creation. */
function decideSession({ eventName, newImage, oldImage, expired }: Change): Decision<Measure> {
  switch (eventName) {
    case 'INSERT':
      return newImage?.createdAt === undefined
        ? { kind: 'ignored', rule: 'session-revived' }
        : { kind: 'effect', effect: { kind: 'session-started' } };
    case 'MODIFY':
      return { kind: 'ignored', rule: 'session-used' };
    case 'REMOVE':
      return { kind: 'effect', effect: measureSessionEnd(oldImage ?? {}, expired) };
  }
}

function decideHistory({ eventName, newImage }: Change): Decision<Measure> {
  switch (eventName) {
    case 'INSERT':
      return { kind: 'effect', effect: measureAnalysis(newImage ?? {}) };
    case 'MODIFY':
      return { kind: 'ignored', rule: 'history-edited' };
    case 'REMOVE':
      return { kind: 'ignored', rule: 'history-removed' };
  }
}
