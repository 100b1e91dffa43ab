/**
 * Builds an index anew beside the one in use and brings it into use, while live writes go on and win. Where it is, the index's own aliases
 * say: killed at any point and run again, it goes on. Complete only when every key and every document was checked after the switch.
 */
import { Problem } from '../../local/problem.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { IndexState, TakeStep } from './set-up-door.ts';
import { filling, mending, reconciling, type StepPorts, throughProjection } from './steps.ts';
import { leftCount, newTally, type Tally, total, withListed } from './tally.ts';
import { type ThroughTablePorts, throughTable } from './through-table.ts';

export interface RebuildPorts extends StepPorts, Omit<ThroughTablePorts, 'onProgress'> {
  readonly clock: Clock;
  readonly takeStep: TakeStep;
  /** Brings the index into use even if it refuses most items. */
  readonly acceptRefused: boolean;
  readonly onStage: (stage: RebuildStage) => void;
  /** Nothing is done until then (ms since the epoch), so that what was under way at the switch is old when it is checked. */
  readonly onWait: (untilMs: number) => void;
  readonly onProgress: (tally: Tally) => void;
}

/** What is being done. */
export type RebuildStage = 'filling' | 'checking-keys' | 'checking-documents';

export interface Rebuilt {
  /** `complete`: in use and checked. `unfinished`: to be run again; the index in use is as good as its stage says. */
  readonly kind: 'complete' | 'unfinished';
  readonly index: string | undefined;
  /** The index that was in use before, kept until it is dropped. */
  readonly previous: string | undefined;
  readonly tally: Tally;
  /** Of an unfinished one: what kept it. */
  readonly reason?: string;
}

/**
 * Records younger than this may take the fast path, which trusts positions: those that the old index took are to be older before a
 * deletion is judged. Requests that were under way at the switch have ended by then too.
 */
const SETTLING_MS = 30_000;

export async function rebuild(ports: RebuildPorts): Promise<Rebuilt> {
  const { clock, signal, takeStep, onStage } = ports;
  let state = await takeStep({ action: 'describe' });
  if (ports.resume && isComplete(state))
    return { kind: 'complete', index: state.current, previous: state.previous, tally: newTally() };
  if (!state.unchecked) {
    state = await takeStep({ action: 'prepare' });
    const { next = '' } = state;
    onStage('filling');
    const { tally, finished } = await throughTable(`fill ${next}`, filling(ports), ports);
    const reason = finished ? unfit(tally, ports.acceptRefused) : 'interrupted while it was filled';
    if (reason !== undefined)
      return { kind: 'unfinished', index: next, previous: state.previous, tally, reason };
    state = await takeStep({ action: 'switch', to: next });
  }
  const { current, previous } = state;
  const unfinished = (tally: Tally, reason: string): Rebuilt => ({
    kind: 'unfinished',
    index: current,
    previous,
    tally,
    reason,
  });
  ports.onWait(clock.now() + SETTLING_MS);
  await sleep(clock, SETTLING_MS, signal).catch(() => {});
  if (signal.aborted) return unfinished(newTally(), 'interrupted before it was checked');

  onStage('checking-keys');
  const keys = await throughTable(`check ${current}`, reconciling(ports), ports);
  if (!keys.finished) return unfinished(keys.tally, 'interrupted while it was checked');
  onStage('checking-documents');
  const documents = await throughProjection(mending(ports), ports, ports.onProgress);
  const tally = withListed(keys.tally, documents.tally);
  if (!documents.finished) return unfinished(tally, 'interrupted while it was checked');
  if ((tally.counts.failed ?? 0) > 0) return unfinished(tally, 'some keys could not be checked just now');
  state = await takeStep({ action: 'checked', index: current ?? '' });
  ports.checkpoint.remove();
  return { kind: 'complete', index: current, previous, tally };
}

/** What was to be resumed had come to its end, and nobody was left to hear of it. */
function isComplete({ next, previous, unchecked }: IndexState): boolean {
  return next === undefined && previous !== undefined && !unchecked;
}

/** What must not come into use. Single items that are refused stop nothing; if most are, it is the mapping that is wrong. */
function unfit(tally: Tally, acceptRefused: boolean): string | undefined {
  if ((tally.counts.failed ?? 0) > 0) return 'some keys could not be filled just now';
  const refused = leftCount(tally);
  if (acceptRefused || refused <= total(tally) / 2) return undefined;
  return `${refused} of ${total(tally)} items are refused by the new index (--accept-refused brings it into use all the same)`;
}

/** @throws Problem when there is nothing of the kind, or it is still needed */
export async function dropKept(takeStep: TakeStep, which: 'previous' | 'next'): Promise<string> {
  const before = await takeStep({ action: 'describe' });
  const index = before[which];
  if (index === undefined)
    throw new Problem(which === 'previous' ? 'no old index is kept' : 'no index is being filled');
  await takeStep({ action: 'drop', which });
  return index;
}
