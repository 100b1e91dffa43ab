/** What lies in a dead-letter queue or a failure bucket, in any wrapping, whole or spoiled, as text or as bytes. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { LetterContent } from '../../../operator/dead-letters/letter.ts';
import { type Found, readBytes, readText } from '../../../operator/dead-letters/read-message.ts';
import { shownLetter } from '../../../operator/dead-letters/shown-letter.ts';
import {
  announcement,
  envelope,
  givenUp,
  payloadOf,
  TEST_MESSAGE,
  threeRecords,
} from '../../../operator/dead-letters/testing.ts';
import { letterLines } from '../../../operator/dead-letters/text-view.ts';
import { encodeLetter } from '../../../shared/dead-letters/encoding.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, writtenOut } from '../values.ts';
import { oneLineProblems, readingSuite } from './reading.ts';

const body = JSON.stringify(givenUp());
const large = encodeLetter(envelope({ record: { text: 'x'.repeat(300_000) } })).body.toString();

const WHOLE: readonly unknown[] = [
  givenUp(),
  givenUp({ payload: { Records: threeRecords() } }),
  givenUp({ payload: payloadOf(threeRecords()) }),
  envelope(),
  JSON.parse(large),
  announcement('b', 'dead-letters/a b.json.gz'),
  TEST_MESSAGE,
  { Messages: [{ Body: body, Attributes: { SentTimestamp: '1' } }] },
  { Type: 'Notification', Message: body },
  {
    Records: [
      { messageId: 'm', body },
      { EventSource: 'aws:sns', Sns: { Message: body } },
    ],
  },
];

interface LetterCase {
  readonly whole: number;
  readonly edits: readonly Edit[];
  readonly as: 'text' | 'bytes' | 'gzip' | 'utf-16';
  /** Bytes in place of what is there, from a place on; cuts what follows when it is given. */
  readonly spoiled: { readonly at: number; readonly bytes: readonly number[]; readonly cut: boolean } | null;
}

const cases: fc.Arbitrary<LetterCase> = fc.record({
  whole: fc.nat({ max: WHOLE.length - 1 }),
  edits: fc.array(edit, { maxLength: 3 }),
  as: fc.constantFrom('text', 'text', 'bytes', 'gzip', 'utf-16'),
  spoiled: fc.option(
    fc.record({
      at: fc.nat({ max: 3_000 }),
      bytes: fc.array(fc.nat({ max: 255 }), { maxLength: 4 }),
      cut: fc.boolean(),
    }),
  ),
});

export const lettersFuzz = readingSuite<LetterCase>({
  name: 'letters',
  what: 'a dead letter',
  cases,
  read: (one) => judge(found(one)),
});

function found({ whole, edits, as, spoiled }: LetterCase): readonly Found[] {
  const text = writtenOut(mangled(WHOLE[whole] as Json, edits));
  if (as === 'text' && spoiled === null) return readText(text);
  const plain = as === 'utf-16' ? Buffer.from(`\ufeff${text}`, 'utf16le') : Buffer.from(text);
  return readBytes(spoil(as === 'gzip' ? gzipSync(plain) : plain, spoiled));
}

function spoil(bytes: Buffer, spoiled: LetterCase['spoiled']): Buffer {
  if (spoiled === null) return bytes;
  const at = spoiled.at % (bytes.length + 1);
  const rest = spoiled.cut ? Buffer.alloc(0) : bytes.subarray(at + spoiled.bytes.length);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(spoiled.bytes), rest]);
}

function judge(letters: readonly Found[]): string[] {
  if (letters.length === 0) return ['nothing was found'];
  return letters.flatMap((one) => (one.kind === 'object' ? [] : judgeLetter(one.content)));
}

function judgeLetter(content: LetterContent): string[] {
  JSON.stringify(shownLetter(content, 'masked'));
  const lines = [
    ...letterLines(content, { images: 'masked', nowMs: 0 }),
    ...letterLines(content, { images: 'whole', nowMs: 0 }),
  ];
  const stated = content.resolvable || content.reason !== undefined;
  return [
    ...lines.flatMap((line) => oneLineProblems('a line', line)),
    ...(stated ? [] : ['it is unreadable, and nothing says why']),
  ];
}
