/** What commands print: one JSON value with `--json`, else text for people. */
import type { CommandContext } from '../commands/command-context.ts';
import { harmless, harmlessJson } from './harmless.ts';

/** Exact numbers of items are `bigint`s or texts; either way their digits are kept. */
export function printJson({ out }: Pick<CommandContext, 'out'>, value: unknown): void {
  const json = JSON.stringify(
    value,
    (_key, member) => (typeof member === 'bigint' ? String(member) : member),
    2,
  );
  out.write(`${harmlessJson(json)}\n`);
}

export function printLine({ out }: Pick<CommandContext, 'out'>, line = ''): void {
  out.write(`${harmless(line)}\n`);
}
