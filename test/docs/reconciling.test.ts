/** The commands that pages give for drifted indices are of the form that the tool takes. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { driftCommand } from '../../operator/commands/drift.ts';
import { reconcileCommand } from '../../operator/commands/reconcile.ts';
import { testContext } from '../../operator/commands/testing.ts';

const pages = await Promise.all(
  ['operations/index-drifted.md', 'search.md'].map((path) =>
    readFile(new URL(`../../docs/${path}`, import.meta.url), 'utf8'),
  ),
);
const commands = pages.flatMap((page) => [
  ...page.matchAll(/^streamkeeper (drift|reconcile) (.*?)(?: +#.*)?$/gm),
]);

test.each(commands.map(([line, name, rest]) => [line, name, rest] as const))(
  '%s',
  (_line, name, rest = '') => {
    const make = name === 'drift' ? driftCommand : reconcileCommand;
    const words = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const { operands, unknown } = make(testContext()).exitOverride().parseOptions(words);
    expect(unknown).toEqual([]);
    expect(operands).toEqual([]);
  },
);

test('the pages have commands of both kinds', () => {
  expect(new Set(commands.map(([, name]) => name))).toEqual(new Set(['drift', 'reconcile']));
});
