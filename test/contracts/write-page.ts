/** Writes into docs/engines.md what the contracts say: `node test/contracts/write-page.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differencesText, rulesText } from './contracts.ts';

const PAGE = join(import.meta.dirname, '../../docs/engines.md');

/** @returns the page with these parts as they are now */
export function pageWith(page: string): string {
  return replaced(replaced(page, 'rules', rulesText()), 'differences', differencesText());
}

/** Between `<!-- name -->` and `<!-- /name -->`; the rows of a table follow their head without an empty line. */
function replaced(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`docs/engines.md has no part "${name}"`);
  return page.slice(0, from) + text + page.slice(to);
}

if (import.meta.main) {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, pageWith(page));
}
