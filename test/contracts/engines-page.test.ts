/** docs/engines.md says what the contracts say. `node test/contracts/write-page.ts` writes it anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTRACTS, DIFFERENCES } from './contracts.ts';
import { pageWith } from './write-page.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the page has every contract with its rules, and every difference', () => {
  const page = readFileSync(join(ROOT, 'docs/engines.md'), 'utf8');
  expect(page).toBe(pageWith(page));
});

test.each(CONTRACTS)('the rules of $port have titles of their own', ({ rules }) => {
  const titles = rules.map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

test('a difference names an engine that the contract is held on', () => {
  const unknown = CONTRACTS.flatMap(({ port, rules, engines }) =>
    rules.flatMap(({ title, differs }) =>
      Object.keys(differs ?? {}).flatMap((name) =>
        engines.some((engine) => engine === name) ? [] : [`${port}, ${title}: ${name}`],
      ),
    ),
  );
  expect(unknown).toEqual([]);
});

test.each(DIFFERENCES.flatMap(({ shownBy }) => (shownBy === undefined ? [] : [shownBy])))(
  '%s has a test "%s"',
  (file, title) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(title);
  },
);
