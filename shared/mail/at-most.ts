/** Bounds how many mails are on their way at once: an account has a sending rate, and beyond it requests are only refused and repeated. */
import type { Mailer } from './mail.ts';

/** @param limit mails on their way at once; the others wait their turn, and give up when their signal aborts */
export function atMost(limit: number, mailer: Mailer): Mailer {
  let free = limit;
  const waiting: (() => void)[] = [];
  const turn = () =>
    new Promise<void>((resolve) => {
      if (free > 0) {
        free--;
        resolve();
      } else waiting.push(resolve);
    });
  const done = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return async (mail, signal) => {
    await turn();
    try {
      // Whoever waited for it may have given up, and it was not sent.
      signal.throwIfAborted();
      return await mailer(mail, signal);
    } finally {
      done();
    }
  };
}
