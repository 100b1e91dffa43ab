/** A recording in a file: lines that are spoiled, cut, compressed, or no text at all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { FixtureError } from '../../../fixtures/fixture-error.ts';
import { readFixture } from '../../../fixtures/read.ts';
import { streamRecord } from '../../support/record.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, SECRET, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

interface FixtureCase {
  readonly lines: readonly (readonly Edit[] | string)[];
  readonly gzip: boolean;
  readonly bytes: readonly number[];
  /** How much of the file is there, in thousandths. */
  readonly kept: number;
}

const cases: fc.Arbitrary<FixtureCase> = fc.record({
  lines: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.array(edit, { maxLength: 2 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', ' ', '{', '7', '[]', '\u2028', '{"Records":[]}', '\ufeff{}'),
      },
    ),
    { maxLength: 4 },
  ),
  gzip: fc.boolean(),
  bytes: fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 255 }), { maxLength: 3 })),
  kept: fc.oneof(fc.constant(1000), fc.nat({ max: 1000 })),
});

const whole = streamRecord() as unknown as Json;

export const fixturesFuzz = readingSuite<FixtureCase>({
  name: 'fixtures',
  what: 'a recording',
  cases,
  async read({ lines, gzip, bytes, kept }) {
    const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-fuzz-'));
    try {
      const text = lines
        .map((one) => (typeof one === 'string' ? one : writtenOut(mangled(whole, one))))
        .join('\n');
      const content = Buffer.concat([Buffer.from(text), Buffer.from(bytes)]);
      const stored = gzip ? gzipSync(content) : content;
      const file = join(folder, 'recording.jsonl');
      writeFileSync(file, stored.subarray(0, Math.ceil((stored.length * kept) / 1000)));
      let records = 0;
      for await (const record of readFixture(file)) {
        records++;
        if (typeof record !== 'object' || record === null) return ['what it gave is no record'];
      }
      return records === 0 ? ['it gave nothing, and refused nothing'] : [];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  refuses: (error) => error instanceof FixtureError && !error.message.includes(SECRET),
});
