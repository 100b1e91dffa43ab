/** The facts about a stage's existing tables that were looked up: committed files, so that a synthesis needs no account. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TableFacts } from './table-facts.ts';

const FOLDER = join(dirname(import.meta.dirname), 'existing');

export type FactsOfTables = Readonly<Record<string, TableFacts>>;

export function factsFile(stage: string, folder = FOLDER): string {
  return join(folder, `${stage}.json`);
}

/** @returns what was written, unchecked; undefined if nothing was looked up for the stage. @throws Error naming the file */
export function existingTableFacts(stage: string, folder = FOLDER): unknown {
  const file = factsFile(stage, folder);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`infra/existing/${stage}.json is no JSON; look up again`, { cause: error });
  }
}

/** Tables and indexes in alphabetical order: looking up twice changes nothing. */
export function writeTableFacts(stage: string, facts: FactsOfTables, folder = FOLDER): string {
  mkdirSync(folder, { recursive: true });
  const file = factsFile(stage, folder);
  writeFileSync(file, `${JSON.stringify(inOrder(facts), undefined, 2)}\n`);
  return file;
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, inOrder(member)]));
}
