/** Says of failed records what carrying them out would come to, for effects that happen once: by whether they have. */
import type { Change } from '../stream/change.ts';
import type { Plan, Work } from '../stream/processor.ts';
import { jointVerdict, unjudged, type Verdict } from '../stream/verdict.ts';
import type { EventKey } from './event-key.ts';
import type { Recall, Recalled } from './recall.ts';

export interface PlanOnceOptions<Effect> {
  /** The names of a record's effects, as they are claimed; at least one. */
  readonly keysOf: (work: Work<Effect>) => readonly EventKey[];
  /**
   * Whether nobody may be told of the change any more, at a moment in milliseconds since the epoch.
   * @default never
   */
  readonly isOver?: (change: Change, nowMs: number) => boolean;
}

export function planOnce<Effect>(
  recall: Recall,
  { keysOf, isOver = () => false }: PlanOnceOptions<Effect>,
): Plan<Effect> {
  return async (work, context) => {
    const keys = work.map(keysOf);
    const recalled = [...(await recall(keys.flat(), context))];
    const nowMs = context.clock.now();
    return work.map(({ change }, index) => {
      const own = recalled.splice(0, keys[index]?.length ?? 0);
      const verdict = jointVerdict(own.map(verdictOf));
      return verdict.kind === 'apply' && isOver(change, nowMs) ? { kind: 'gone' } : verdict;
    });
  };
}

function verdictOf(recalled: Recalled | undefined): Verdict {
  switch (recalled?.kind) {
    case 'happened':
      return { kind: 'already-applied' };
    case 'ignored':
      return recalled;
    case 'open':
      return { kind: 'apply' };
    case 'unreadable':
      return { kind: 'unresolvable', failure: recalled.failure, passing: false };
    case undefined:
      return unjudged;
  }
}
