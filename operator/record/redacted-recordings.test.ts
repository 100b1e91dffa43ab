/** What redaction leaves of recordings: processors make the same of them, ids agree, and nothing that was somebody's is left. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attribute, type Plain } from '../../fixtures/generate/image.ts';
import { readFixture } from '../../fixtures/read.ts';
import { usableSequenceNumber } from '../../shared/stream/decode.ts';
import { fc, test as property } from '../../test/support/property.ts';
import { streamRecord } from '../../test/support/record.ts';
import { createRedactor } from '../redaction/redact.ts';
import type { DoorDecision } from '../redrive/door-answers.ts';
import { describeInCode } from '../replay/processor-code.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

function asRecorded(record: unknown, index: number) {
  const { eventID } = record as { readonly eventID?: unknown };
  return {
    number: index + 1,
    json: JSON.stringify(record),
    eventId: typeof eventID === 'string' ? eventID : undefined,
    sequenceNumber: usableSequenceNumber(record),
    key: undefined,
    table: undefined,
    createdMs: 0,
  };
}

/** Of a decision, what redaction leaves as it is: who hears of what, in which kinds of fields. */
function meaning(decision: DoorDecision): unknown {
  switch (decision.kind) {
    case 'effect':
      return shape(decision.effect);
    case 'ignored':
      return decision.rule;
    case 'poison':
    case 'unanswered':
      return decision.failure.code;
  }
}

/** Values of closed sets as they are, others as their kinds. */
function shape(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => shape(each, name));
  if (typeof value === 'object' && value !== null && 'rawJSON' in value) return 'number';
  if (typeof value !== 'object' || value === null)
    return ['kind', 'type', 'status', 'category', 'unit'].includes(name) ? value : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each, key)]));
}

describe('a redacted recording', () => {
  it.each(['products', 'bids', 'conversations', 'bookings', 'analysis-results'])(
    'means to %s what the original means, item by item',
    async (processor) => {
      const describeRecords = describeInCode(processor);
      const names = readdirSync(join(FIXTURES, processor)).filter((name) =>
        /^(?!.*(writes|incompressible|biggest)).*\.jsonl/.test(name),
      );
      for (const name of names) {
        const redactor = createRedactor();
        const records = await firstOf(join(FIXTURES, processor, name), 300);
        const before = await describeRecords(records.map(asRecorded));
        const after = await describeRecords(records.map((one) => redactor.redact(one)).map(asRecorded));
        expect([name, after.map(({ kind }) => kind)]).toEqual([name, before.map(({ kind }) => kind)]);
        expect([name, after.map(meaning)]).toEqual([name, before.map(meaning)]);
        expect(sameKeys(after)).toEqual(sameKeys(before));
      }
    },
  );

  const secret = fc.oneof(
    fc.stringMatching(/^[A-Z][a-z]{4,9} [A-Z][a-z]{4,9}$/),
    fc.stringMatching(/^\+91 [6-9]\d{4} \d{5}$/),
    fc.stringMatching(/^[a-z]{5,9}\.[a-z]{5,9}@[a-z]{4,8}\.in$/),
    fc.stringMatching(/^\d{1,3} [A-Z][a-z]{5,9} Road, [A-Z][a-z]{5,9}$/),
    fc.stringMatching(/^[क-ह]{6,12} [क-ह]{6,12}$/),
    fc.stringMatching(/^https:\/\/[a-z]{6,9}\.example\/[a-z\d]{12}\?sig=[a-z\d]{12}$/),
  );
  const name = fc.constantFrom(
    ...[
      'title',
      'status',
      'unit',
      'category',
      'message',
      'notes',
      'customerName',
      'customerPhone',
      'customerEmail',
    ],
    ...[
      'PK',
      'SK',
      'sender_id',
      'created_at',
      'ttl',
      'price',
      'amount',
      'location',
      'images',
      'nobodyThoughtOfThis',
    ],
  );

  /** A secret somewhere in an attribute. */
  const hiding = (text: string): fc.Arbitrary<unknown> =>
    fc.oneof(
      fc.constant({ S: text }),
      fc.constant({ SS: [text, 'other'] }),
      fc.constant({ N: text }),
      fc.constant({ X: text }),
      fc.constant({ B: text }),
      fc.constant({ NULL: text }),
      fc.constant(text),
      fc.constant([text]),
      fc
        .tuple(name, name)
        .map(([a, b]) => ({ M: { [a]: { L: [{ S: text }, { M: { [b]: { S: text } } }] } } })),
      fc.constant({ M: { [text]: { BOOL: true } } }),
      fc.constant(attribute({ original: text, translated: [text, { text }] } as Plain)),
    );
  const recordWith = (text: string) =>
    fc.record({
      attribute: name,
      value: hiding(text),
      place: fc.constantFrom('keys', 'newImage', 'oldImage'),
    });
  const records = secret.chain((text) =>
    fc.record({ text: fc.constant(text), parts: fc.array(recordWith(text), { minLength: 1, maxLength: 5 }) }),
  );

  property.prop([records], { numRuns: 300 })(
    'has nothing left of what was somebody’s, wherever it stood',
    ({ text, parts }) => {
      const images: Record<string, Record<string, unknown>> = { keys: {}, newImage: {}, oldImage: {} };
      for (const { attribute: at, value, place } of parts) images[place] = { ...images[place], [at]: value };
      const record = {
        ...streamRecord({ eventName: 'MODIFY', ...images }),
        [text]: text,
        more: [{ deep: text }],
      };
      const left = JSON.stringify(createRedactor().redact(record));
      expect(left).not.toContain(JSON.stringify(text).slice(1, -1));
      // Neither has any of its longer words survived by itself.
      const kept = JSON.stringify(createRedactor().redact(streamRecord({ eventName: 'MODIFY' })));
      for (const word of text.match(/[\p{L}\p{M}\p{N}]{5,}/gu) ?? [])
        if (!kept.includes(word) && !COMMON.has(word)) expect(left).not.toContain(word);
    },
  );
});

/** Words of the records and secrets that are no secret. */
const COMMON = new Set(['https', 'example']);

async function firstOf(path: string, most: number): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const record of readFixture(path)) if (records.push(record) >= most) break;
  return records;
}

/** Which records share an ordering key: the place of the first with the same one. */
function sameKeys(decisions: readonly DoorDecision[]): readonly number[] {
  const keys = decisions.map((one) => (one.kind === 'effect' ? one.key : ''));
  return keys.map((key) => keys.indexOf(key));
}
