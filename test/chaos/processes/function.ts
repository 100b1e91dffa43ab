/**
 * Runs one function in a process that can be killed at any instruction. When whoever invokes it has died, it ends what it was
 * doing first, as a Lambda function does whose poller has gone: the same batch then runs a second time beside it.
 */
import module from 'node:module';
import type { InvokeMessage, WorkerSettings } from '../../../local/functions/protocol.ts';
import { serveFunction } from '../../../local/functions/serve-function.ts';

// Half of a start is compiling, and functions are killed many times.
module.enableCompileCache();

/** An orphan that cannot end is of no further use. */
const ORPHAN_MS = 20_000;

let working = false;
let take: ((message: InvokeMessage) => void) | undefined;
const waiting: InvokeMessage[] = [];

process.on('message', (message: { settings: WorkerSettings } | InvokeMessage) => {
  if ('settings' in message) {
    void serveFunction(message.settings, {
      post(answer) {
        if (process.connected) process.send?.(answer, () => {});
        if (answer.kind !== 'returned' && answer.kind !== 'threw') return;
        working = false;
        if (!process.connected) process.exit(0);
      },
      onInvoke(invoke) {
        take = (one) => {
          working = true;
          invoke(one);
        };
        for (const one of waiting.splice(0)) take(one);
      },
    });
  } else if (take === undefined) waiting.push(message);
  else take(message);
});

process.on('disconnect', () => {
  if (!working) process.exit(0);
  setTimeout(() => process.exit(0), ORPHAN_MS).unref();
});
