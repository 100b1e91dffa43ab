/** Checks the portions it is sent, one after the other, and answers each with a verdict. */
import { lawNamed } from '../laws/suites.ts';
import type { Portion } from './portions.ts';

process.on('message', async ({ law: id, ...options }: Portion) => {
  const law = await lawNamed(id);
  process.send?.(
    law === undefined ? { error: `${id}: there is no such law` } : { verdict: await law.check(options) },
  );
});
// Whoever interrupts the parent gets its report; the child ends with it.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
