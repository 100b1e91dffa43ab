/** What commands print: one JSON value with `--json`, else text for people. */
import type { CommandContext } from '../commands/command-context.ts';

/** Exact numbers of items are `bigint`s or texts; either way their digits are kept. */
export function printJson({ out }: Pick<CommandContext, 'out'>, value: unknown): void {
  out.write(
    `${JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? String(member) : member), 2)}\n`,
  );
}

export function printLine({ out }: Pick<CommandContext, 'out'>, line = ''): void {
  out.write(`${line}\n`);
}
