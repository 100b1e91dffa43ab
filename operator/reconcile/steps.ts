/** What can be done with keys through a projection's door: compared, mended where they differ, reconciled whatever they are, filled. */
import type { Outcome } from '../../shared/stream/outcome.ts';
import type { Comparison } from '../../shared/stream/projection.ts';
import { type AskPorts, askAll } from './ask-all.ts';
import type { ProjectionDoor } from './door.ts';
import { add, newTally, note, type Tally } from './tally.ts';
import type { Step } from './through-table.ts';

export interface StepPorts extends AskPorts {
  readonly door: ProjectionDoor;
}

export type Compared = readonly (readonly [key: string, comparison: Comparison])[];

export function compare(keys: readonly string[], { door, ...ports }: StepPorts): Promise<Compared> {
  return askAll(keys, door.compare, ({ kind }) => kind === 'unread', ports);
}

export function noteComparison(tally: Tally, key: string, comparison: Comparison): void {
  const { kind } = comparison;
  switch (kind) {
    case 'equal':
      note(tally, 'equal');
      break;
    case 'missing':
    case 'extra':
      note(tally, kind, { key });
      break;
    case 'different':
      note(tally, kind, { key, fields: comparison.fields });
      break;
    case 'unprojectable':
      note(tally, kind, { key, failure: comparison.failure });
      break;
    case 'unread':
      note(tally, 'failed', { key, failure: comparison.failure });
      break;
  }
}

/** Writes only where something differs: what is equal was right when it was read, and whatever changes it has its own event. */
export function mending(ports: StepPorts): Step {
  return async (keys) => {
    const tally = newTally();
    const wrong: string[] = [];
    for (const [key, comparison] of await compare(keys, ports)) {
      if (['missing', 'extra', 'different'].includes(comparison.kind)) wrong.push(key);
      else noteComparison(tally, key, comparison);
    }
    if (wrong.length > 0) add(tally, await reconciling(ports)(wrong));
    return tally;
  };
}

export function reconciling({ door, ...ports }: StepPorts): Step {
  return changing(door.reconcile, 'reconciled', ports);
}

export function filling({ door, ...ports }: StepPorts): Step {
  return changing(door.fill, 'filled', ports);
}

function changing(
  change: (keys: readonly string[]) => Promise<readonly Outcome[]>,
  done: 'reconciled' | 'filled',
  ports: AskPorts,
): Step {
  return async (keys) => {
    const tally = newTally();
    for (const [key, outcome] of await askAll(keys, change, ({ kind }) => kind === 'transient', ports)) {
      switch (outcome.kind) {
        case 'applied':
        case 'duplicate':
        case 'superseded':
        case 'ignored':
          note(tally, done);
          break;
        case 'gone':
          note(tally, 'gone');
          break;
        case 'poison':
          note(tally, unprojectable(outcome.failure.code) ? 'unprojectable' : 'refused', {
            key,
            failure: outcome.failure,
          });
          break;
        case 'transient':
          note(tally, 'failed', { key, failure: outcome.failure });
          break;
      }
    }
    return tally;
  };
}

const unprojectable = (code: string): boolean => code === 'CURRENT_ITEM_INVALID';

/** Everything that the projection holds, page by page: what has no item, no scan of the table comes to. */
export async function throughProjection(
  step: Step,
  { door, signal }: Pick<StepPorts, 'door' | 'signal'>,
  onProgress: (tally: Tally) => void,
): Promise<{ readonly tally: Tally; readonly finished: boolean }> {
  const tally = newTally();
  let after: string | undefined;
  do {
    if (signal.aborted) return { tally, finished: false };
    const page = await door.list(after);
    // Two keys of a page may be the same where a store lists what moves.
    const keys = [...new Set(page.keys)];
    if (keys.length > 0) add(tally, await step(keys));
    onProgress(tally);
    after = page.after;
  } while (after !== undefined);
  return { tally, finished: true };
}
