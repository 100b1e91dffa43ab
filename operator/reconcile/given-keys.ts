/** Keys that an operator names: typed, from a file, or those of the letters that wait. */
import { readFileSync } from 'node:fs';
import { lineOf, Problem } from '../../local/problem.ts';
import type { Operated } from '../../shared/operate/operated.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import type { Item } from '../../shared/stream/change.ts';
import type { Letter } from '../dead-letters/letter.ts';

/** @param text divided by commas. @throws Problem when it names none */
export function typedKeys(text: string): readonly string[] {
  return named('--keys', text.split(','));
}

/** @param file one key a line, so that keys may hold commas. @throws Problem when it cannot be read, or names none */
export function keysInFile(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`--keys-file ${file}: cannot be read (${lineOf(error)})`);
  }
  return named(`--keys-file ${file}`, text.split(/\r?\n/));
}

function named(where: string, texts: readonly string[]): readonly string[] {
  const keys = [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))];
  if (keys.length === 0) throw new Problem(`${where}: names no key`);
  return keys;
}

/** @returns the distinct keys of the records in the letters; records that stand for none are left out */
export async function keysOfLetters(
  letters: AsyncIterable<Pick<Letter, 'records'>>,
  operated: Pick<Operated, 'keysOf'>,
): Promise<readonly string[]> {
  const keys = new Set<string>();
  for await (const { records } of letters) {
    for (const { record } of records) for (const key of keysOfRecord(record, operated)) keys.add(key);
  }
  return [...keys];
}

/** Both images count: a change may have moved an item from one key to another. */
function keysOfRecord(record: unknown, { keysOf }: Pick<Operated, 'keysOf'>): readonly string[] {
  const body = member(record, 'dynamodb');
  const keys = itemOf(member(body, 'Keys'));
  return [member(body, 'NewImage'), member(body, 'OldImage'), undefined].flatMap((image) =>
    keysOf({ ...itemOf(image), ...keys }),
  );
}

/** Empty for what cannot be decoded: such a record stands for nothing that could be found. */
function itemOf(image: unknown): Item {
  try {
    return decodeImage(image);
  } catch (error) {
    if (error instanceof TypeError) return {};
    throw error;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
