/** Regression tests from recordings: what a processor of this checkout makes of recorded records, and how that differs from before. */
import { type Described, describeAll } from './described.ts';
import { type DiffStyle, diffLines } from './diff.ts';
import { compareWith, type RecordDifference, readExpected } from './expected.ts';
import { describeInCode } from './processor-code.ts';
import { recordedBatches } from './recorded.ts';

/**
 * @param processor e.g. `bids`
 * @param recording a file of records, `.jsonl` or `.jsonl.gz`
 * @returns one for each record, in order; numbers that a double cannot hold keep their digits
 */
export async function describeRecording(processor: string, recording: string): Promise<readonly Described[]> {
  const all: Described[] = [];
  for await (const { described } of describeAll(recordedBatches(recording), describeInCode(processor)))
    all.push(described);
  return all;
}

/**
 * @param expected an effects file, as `streamkeeper replay --effects record --out` writes it
 * @returns nothing if every record means what it meant; else what differs, readable, for a test to fail with
 */
export async function recordingDifferences(
  processor: string,
  recording: string,
  expected: string,
): Promise<string> {
  return differencesFrom(expected, await describeRecording(processor, recording));
}

/** As `recordingDifferences`, for what was described already. */
export async function differencesFrom(expected: string, described: readonly Described[]): Promise<string> {
  const comparing = compareWith(await readExpected(expected));
  const differences = described.flatMap((one) => comparing.next(one) ?? []);
  return [...differences, ...comparing.rest()].flatMap((one) => differenceLines(one, PLAIN)).join('\n');
}

const PLAIN: DiffStyle = { colours: false, longest: 500 };

/** Which record, and in which fields. */
export function differenceLines(
  { kind, eventId, key, fields }: RecordDifference,
  style: DiffStyle,
): string[] {
  const words = { different: 'differs', missing: 'is not in the recording', unexpected: 'is not expected' };
  return [
    `event ${eventId ?? 'without an id'}, ${key ?? 'without a key'}: ${words[kind]}`,
    ...diffLines(fields, style),
  ];
}
