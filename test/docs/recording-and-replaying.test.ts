/** The page on recording and replaying: its commands are of the form that the tool takes, its rules are rules, its code is there. */
import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { recordCommand } from '../../operator/commands/record.ts';
import { replayCommand } from '../../operator/commands/replay.ts';
import { testContext } from '../../operator/commands/testing.ts';
import { parseRules } from '../../operator/redaction/rules.ts';

const url = new URL('../../docs/operations/recording-and-replaying.md', import.meta.url);
const page = await readFile(url, 'utf8');
const commands = [...page.matchAll(/^streamkeeper (record|replay) (.*?)(?: +#.*)?$/gm)];

test.each(commands.map(([line, name, rest]) => [line, name, rest] as const))(
  '%s',
  (_line, name, rest = '') => {
    const command = (name === 'record' ? recordCommand : replayCommand)(testContext()).exitOverride();
    const { operands, unknown } = command.parseOptions(rest.split(/ +/));
    expect(unknown).toEqual([]);
    expect(operands).toHaveLength(name === 'record' ? 0 : 1);
  },
);

test('the page has commands of both kinds', () => {
  expect(new Set(commands.map(([, name]) => name))).toEqual(new Set(['record', 'replay']));
});

test('the rules on the page are rules', () => {
  const rules = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) =>
    parseRules(JSON.parse(text), 'the page'),
  );
  expect(rules).toHaveLength(1);
});

test('what the page imports is there', async () => {
  const imported = [...page.matchAll(/from '\.\.\/(operator\/[\w/.-]+)'/g)].map(([, path = '']) => path);
  expect(imported.length).toBeGreaterThan(0);
  for (const path of imported)
    expect((await stat(new URL(`../../${path}`, import.meta.url))).isFile()).toBe(true);
});
