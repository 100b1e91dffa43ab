/** Every command on the operator's pages is one that the tool knows, with options that it has. What they do: `test/engines/operations.test.ts`. */
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { testContext } from '../../operator/commands/testing.ts';
import { programOf } from '../../operator/run-command.ts';
import { commandsOf, PAGES } from './operations-commands.ts';

/** As it is, but that it does nothing. */
function idle(command: Command): Command {
  for (const inner of command.commands) idle(inner);
  return command.commands.length > 0 ? command : command.action(() => {});
}

describe.each(PAGES)('%s', (page) => {
  const commands = commandsOf(page);

  test('shows commands', () => {
    expect(commands.length).toBeGreaterThan(0);
  });

  test.each(commands.map(({ text, words }) => [text, words] as const))('%s', (_, words) => {
    const context = testContext();
    expect(
      () => idle(programOf(context)).parse([...words], { from: 'user' }),
      context.complained(),
    ).not.toThrow();
  });
});
