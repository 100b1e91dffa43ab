/** Every value of a stage is in the documentation's table, with its consequence; and the table names none that there is not. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { stageSchema } from '../../infra/stage-schema.ts';

const repository = dirname(dirname(import.meta.dirname));

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, { readonly def: Definition }>>;
  readonly innerType?: { readonly def: Definition };
}

/** Dotted paths of all values; those of records and lists end there, those of a choice are one. */
function paths(definition: Definition, at = ''): string[] {
  if (definition.innerType) return paths(definition.innerType.def, at);
  if (definition.shape === undefined) return [at];
  return Object.entries(definition.shape).flatMap(([name, { def }]) =>
    paths(def, at === '' ? name : `${at}.${name}`),
  );
}

/** What is said once for all of them. */
function asDocumented(path: string): string {
  return path
    .replace(/^streams\.[a-z-]+\./, 'streams.<processor>.')
    .replace(/^(search\.queryCache|emulator)\..*/, '$1')
    .replace(/^notBefore\..*/, 'notBefore');
}

test('every value of a stage is documented, with what it does', () => {
  const page = readFileSync(join(repository, 'docs', 'infrastructure.md'), 'utf8');
  const [, section = ''] = page.split('### Every value, and what it does to you\n');
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| `([^`]+)` *\|([^|]*)\|([^|]*)\|/gm)];
  const said = rows.map(([, path = '']) => path);
  const wanted = new Set(paths((stageSchema as unknown as { def: Definition }).def).map(asDocumented));
  expect(said.toSorted()).toEqual([...wanted].sort());
  for (const [, path, values = '', consequence = ''] of rows) {
    expect([path, values.trim() !== '', consequence.trim().length > 20]).toEqual([path, true, true]);
  }
});
