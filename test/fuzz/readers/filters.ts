/** What an operator says which letters are meant, and what is to be redacted; and what a recording loses before it leaves. */
import fc from 'fast-check';
import { Problem } from '../../../local/problem.ts';
import { matchesRecord, matchesUnread, parseWhere } from '../../../operator/dead-letters/where.ts';
import { createRedactor } from '../../../operator/redaction/redact.ts';
import { DEFAULT_RULES, parseRules } from '../../../operator/redaction/rules.ts';
import { streamRecord } from '../../support/record.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, SECRET, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

const field = fc.constantFrom(
  'key',
  'processor',
  'code',
  'event',
  'since',
  'until',
  '__proto__',
  'constructor',
  '',
);
const value = fc.oneof(
  fc.constantFrom('*', '**', 'PRODUCT#*', '2h', '2026-01-01', '999999999d', '(', '[a-', '\\', ',', '='),
  fc.string({ unit: 'binary', maxLength: 12 }),
  // What a backtracking matcher would not come back from.
  fc.nat({ max: 60 }).map((times) => `${'a*'.repeat(times)}c`),
);

interface WhereCase {
  readonly texts: readonly string[];
  readonly key: string;
}

export const whereFuzz = readingSuite<WhereCase>({
  name: 'where',
  what: 'a filter of letters',
  cases: fc.record({
    texts: fc.array(
      fc.oneof(
        fc.tuple(field, value).map(([name, one]) => `${name}=${one}`),
        fc.string({ unit: 'binary', maxLength: 8 }),
      ),
      { maxLength: 4 },
    ),
    key: fc.oneof(fc.constantFrom(`PK=${'a'.repeat(2_000)}b`, 'PK=PRODUCT#p1 SK=DETAILS', ''), value),
  }),
  read({ texts, key }) {
    const where = parseWhere(texts, 1_700_000_000_000);
    const letter = { processor: 'bids', error: { code: 'X' }, key, failedAt: '2026-01-01T00:00:00Z' };
    const answers = [
      matchesRecord(where, letter),
      matchesUnread(where, { form: 'pointer', processor: 'bids', condition: key }),
    ];
    return answers.every((one) => typeof one === 'boolean') ? [] : ['neither in nor out'];
  },
  refuses: (error) => error instanceof Problem,
});

const rules = JSON.parse(JSON.stringify(DEFAULT_RULES)) as Json;

export const rulesFuzz = readingSuite<readonly Edit[]>({
  name: 'redaction-rules',
  what: 'a file of redaction rules',
  cases: fc.array(edit, { minLength: 1, maxLength: 3 }),
  read(edits) {
    const parsed = parseRules(JSON.parse(writtenOut(mangled(rules, edits))), 'rules.json');
    createRedactor(parsed, new Uint8Array(32)).redact(streamRecord());
    return [];
  },
  refuses: (error) => error instanceof Problem && error.message.startsWith('redaction rules rules.json: '),
});

const whole = streamRecord() as unknown as Json;
const redactor = createRedactor(DEFAULT_RULES, new Uint8Array(32));

const PERSONAL = 'sEcReT name 98765 ';

export const redactionFuzz = readingSuite<readonly Edit[]>({
  name: 'redaction',
  what: 'a record that is to leave the system',
  cases: fc.array(edit, { maxLength: 3 }),
  read(edits) {
    // One word may stay, by rule, where a status or a unit stands.
    const json = writtenOut(mangled(whole, edits)).replaceAll(SECRET, PERSONAL);
    const redacted = JSON.stringify(redactor.redact(JSON.parse(json)));
    return redacted.includes(PERSONAL) ? [`a value is left: ${redacted.slice(0, 300)}`] : [];
  },
});
