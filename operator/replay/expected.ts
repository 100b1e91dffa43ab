/** Compares what records mean with what they meant when an effects file was written. Records are told by their event ids. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { lineOf, Problem } from '../../local/problem.ts';
import { parseExactJson } from '../../shared/stream/exact-json.ts';
import type { Described } from './described.ts';
import { type FieldDifference, fieldDifferences } from './diff.ts';

/**
 * - `different`: in these fields.
 * - `missing`: expected, and not in the recording.
 * - `unexpected`: in the recording, and not expected.
 */
export interface RecordDifference {
  readonly kind: 'different' | 'missing' | 'unexpected';
  readonly eventId: string | null;
  readonly key: string | null;
  readonly fields: readonly FieldDifference[];
}

const line = z.looseObject({
  eventId: z.string().nullable(),
  key: z.string().nullable(),
  decision: z.enum(['effect', 'ignored', 'poison', 'unanswered']),
});

/** @throws Problem naming the line that is not one of an effects file */
export async function readExpected(path: string): Promise<readonly Described[]> {
  const text = await textOfFile(path);
  return text.split('\n').flatMap((content, index) => {
    if (content.trim() === '') return [];
    const parsed = line.safeParse(parsedLine(content));
    if (!parsed.success)
      throw new Problem(
        `--expect: ${path}, line ${index + 1} is not of an effects file; write one with --effects record --out`,
      );
    return [parsed.data as unknown as Described];
  });
}

function parsedLine(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

async function textOfFile(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw new Problem(`--expect: ${path} cannot be read (${lineOf(error)})`);
  }
}

export interface Comparing {
  /** Takes the next record. @returns how it differs from what was expected of it, if it does */
  next(described: Described): RecordDifference | undefined;
  /** What was expected and did not come, in the order of the file. */
  rest(): readonly RecordDifference[];
}

/** An event that comes twice is compared twice, in order; records without an id are told by their keys. */
export function compareWith(expected: readonly Described[]): Comparing {
  const waiting = Map.groupBy(expected, nameOf);
  const left = new Set(expected);
  return {
    next(described) {
      const same = waiting.get(nameOf(described))?.shift();
      if (same === undefined) return { kind: 'unexpected', ...about(described), fields: [] };
      left.delete(same);
      const fields = fieldDifferences(same, described);
      return fields.length === 0 ? undefined : { kind: 'different', ...about(described), fields };
    },
    rest: () => [...left].map((one) => ({ kind: 'missing', ...about(one), fields: [] })),
  };
}

const about = ({ eventId, key }: Described) => ({ eventId, key });

const nameOf = ({ eventId, key }: Described) => JSON.stringify([eventId, eventId === null ? key : null]);
