import { PassThrough } from 'node:stream';
import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { drawable, harmless, harmlessJson, harmlessStream } from './harmless.ts';
import { printJson, printLine } from './print.ts';

const NASTY = [
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u001b[8mhidden',
  '\u009b31m',
  '\r',
  '\u0008',
  '\u202e',
  '\u2028',
  '\u007f',
];

test.each(NASTY)('an item key with %j reaches no terminal as it is', (nasty) => {
  const out = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  printLine({ out }, `PK=PRODUCT#${nasty}`);
  printJson({ out }, { key: `PRODUCT#${nasty}` });
  const written = String(out.read());
  expect(written).not.toContain(nasty);
  expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202a-\u202e]/u);
});

test.each(NASTY)('%j is harmless however it is written to the stream that commands get', (nasty) => {
  const raw = new PassThrough() as unknown as NodeJS.WriteStream & PassThrough;
  const out = harmlessStream(Object.assign(raw, { isTTY: true as const, columns: 80 }));
  out.write(`a${nasty}b\n`);
  out.write(Buffer.from(nasty));
  expect(String(raw.read()).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202a-\u202e]/u);
  expect([out.isTTY, out.columns]).toEqual([true, 80]);
  expect(drawable(out) === raw && drawable(raw) === raw).toBe(true);
});

test('our own colours stay', () => {
  const text = `${styleText('green', 'a', { validateStream: false })}\n${styleText('bold', 'b', { validateStream: false })}`;
  expect(harmless(text)).toBe(text);
});

property.prop([fc.string({ unit: 'binary' })])('JSON reads back as what it was', (text) => {
  expect(JSON.parse(harmlessJson(JSON.stringify({ text }, undefined, 2)))).toEqual({ text });
});
