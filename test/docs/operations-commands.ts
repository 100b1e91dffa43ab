/**
 * The commands on the pages of docs/operations, as a person would copy them: what follows `npm run streamkeeper -- ` or `streamkeeper `
 * in fences of shell, without pipes, redirections and comments.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../docs/operations');

export const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));

export interface ShownCommand {
  readonly text: string;
  readonly words: readonly string[];
  /** What it may exit with: as its comment says (`# exits with 1`), else 0 or 1, since what is settled depends on letters. */
  readonly exits: readonly number[];
}

export function commandsOf(page: string): ShownCommand[] {
  const text = readFileSync(join(FOLDER, page), 'utf8');
  const fences = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, fence = '']) =>
    fence.replace(/\\\n\s*/g, ' '),
  );
  return fences
    .flatMap((fence) => fence.split('\n'))
    .flatMap((line) => {
      const [, rest] = /^(?:npm run streamkeeper -- |streamkeeper )(.*)$/.exec(line) ?? [];
      if (rest === undefined) return [];
      const [, command = '', comment = ''] = /^(.*?)(?:\s+[|>] .*?)?(?:\s+#(.*))?$/.exec(rest) ?? [];
      const [, said] = /exits with (\d+)/.exec(comment) ?? [];
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, plain = '']) => quoted ?? plain,
      );
      return [{ text: command.trim(), words, exits: said === undefined ? [0, 1] : [Number(said)] }];
    });
}
