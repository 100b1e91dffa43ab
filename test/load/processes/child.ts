/** The child's half of the conversation: takes one message after the other, answers samples, and never outlives the command. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { lineOf } from '../../../local/problem.ts';
import { childUse } from './child-memory.ts';
import { liveHeaps } from './heap-door.ts';
import type { FromChild, ProcessSample, ToChild } from './messages.ts';

export interface ChildWork {
  /** Everything but `sample` and `stop`. */
  take(message: ToChild): Promise<void> | void;
  kept(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export function tell(message: FromChild): void {
  // A command that has gone hears nothing, and `disconnect` says so: with a callback, a message that is too late is no error.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

const delay = monitorEventLoopDelay({ resolution: 50 });

export function runChild(work: ChildWork): void {
  delay.enable();
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await work.stop();
    tell({ kind: 'stopped' });
    process.exit();
  };
  process.on('message', async (message: ToChild) => {
    try {
      switch (message.kind) {
        case 'sample':
          tell({ kind: 'sample', id: message.id, sample: await sample(message.id, work) });
          return;
        case 'stop':
          await stop();
          return;
        default:
          await work.take(message);
      }
    } catch (error) {
      tell({ kind: 'failed', reason: lineOf(error) });
    }
  });
  process.on('disconnect', () => void stop());
  // A Ctrl-C reaches the whole foreground group; the command decides when this ends.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
}

async function sample(id: number, work: ChildWork): Promise<ProcessSample> {
  const heaps = await liveHeaps(id);
  const { user, system } = process.cpuUsage();
  return {
    rss: process.memoryUsage.rss(),
    heaps,
    cpuMicros: user + system,
    heldUpMs: delay.max / 1e6,
    kept: work.kept(),
    children: childUse(),
  };
}
