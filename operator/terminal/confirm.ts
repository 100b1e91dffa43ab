/**
 * Asks before something is changed on a stage marked production: the stage's name has to be typed. Where nobody can type, nothing is
 * changed unless `--yes` says so. Other stages are not asked about.
 */
import { createInterface } from 'node:readline/promises';
import { Problem } from '../../local/problem.ts';
import type { CommandContext } from '../commands/command-context.ts';
import type { System } from '../system/system.ts';
import { drawable, harmless } from './harmless.ts';

/**
 * @param what what would be done, as the rest of `This would …`
 * @throws Problem when it is not confirmed; nothing may be changed then
 */
export async function confirm(
  { err, input, signal }: Pick<CommandContext, 'err' | 'input' | 'signal'>,
  { production, stage, title }: Pick<System, 'production' | 'stage' | 'title'>,
  what: string,
  { yes }: { readonly yes: boolean },
): Promise<void> {
  if (!production || yes) return;
  if (input.isTTY !== true || err.isTTY !== true)
    throw new Problem(`${title}: this would ${what}; nobody can confirm it here: add --yes to do it`);
  const asking = createInterface({ input, output: drawable(err) });
  try {
    const answer = await asking.question(
      harmless(`This would ${what} on ${title}.\nType the stage's name (${stage}) to go on: `),
      { signal },
    );
    if (answer.trim() !== stage)
      throw new Problem(`not confirmed: "${stage}" was not typed; nothing was done`);
  } catch (error) {
    if (signal.aborted) throw new Problem('not confirmed; nothing was done');
    throw error;
  } finally {
    asking.close();
  }
}
