import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeLetter } from './encoding.ts';
import type { DeadLetter } from './letter.ts';

const letter = (record: unknown): DeadLetter => ({
  version: 1,
  processor: 'products',
  streamArn: 'arn',
  failedAt: '2026-01-01T00:00:00.000Z',
  requestId: 'r',
  error: { code: 'BAD' },
  record,
});

/** Text that no compression makes smaller than about three quarters. */
function noise(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 48271) % 2147483647;
    return String.fromCharCode(33 + (seed % 90));
  }).join('');
}

describe('encodeLetter', () => {
  it('is plain JSON in ASCII that reads back as the letter', () => {
    const original = letter({ title: 'टमाटर 🍅', lone: '\ud800' });
    const encoded = encodeLetter(original);
    expect(encoded).toMatchObject({ place: 'queue', compressed: false });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
    expect(encoded.body).toMatch(/^[\x00-\x7e]*$/);
    expect(JSON.parse(String(encoded.body))).toEqual(original);
  });

  it('is compressed above 200 KB', () => {
    const original = letter({ description: 'टमाटर '.repeat(20_000) });
    const encoded = encodeLetter(original);
    expect(encoded).toMatchObject({ place: 'queue', compressed: true });
    const envelope = JSON.parse(String(encoded.body));
    expect(envelope).toMatchObject({ version: 1, encoding: 'gzip+base64' });
    expect(JSON.parse(gunzipSync(Buffer.from(envelope.letter, 'base64')).toString())).toEqual(original);
  });

  it('goes to the bucket when it is too large for a message even so', () => {
    const original = letter({ a: noise(1_300_000) });
    const encoded = encodeLetter(original);
    expect(encoded.place).toBe('bucket');
    expect(JSON.parse(gunzipSync(encoded.body as Buffer).toString())).toEqual(original);
  });

  it('is plain as long as it has at most 200 KB', () => {
    const most = 200 * 1024 - JSON.stringify(letter('')).length;
    expect(encodeLetter(letter('x'.repeat(most)))).toMatchObject({ place: 'queue', compressed: false });
    expect(encodeLetter(letter('x'.repeat(most + 1)))).toMatchObject({ compressed: true });
  });

  it('is no message that SQS refuses, and a message whenever it can be one', () => {
    const text = noise(1_000_000);
    const places = new Set<string>();
    for (let length = 900_000; length <= 1_000_000; length += 10_000) {
      const { place, body } = encodeLetter(letter(text.slice(0, length)));
      const messageBytes = place === 'queue' ? body.length : (body.length / 3) * 4;
      places.add(place);
      expect(messageBytes <= 1024 * 1024).toBe(place === 'queue');
    }
    expect([...places]).toEqual(['queue', 'bucket']);
  });

  it('writes what is nested deeper than any stack goes', () => {
    const deep = `${'{"L":['.repeat(50_000)}1,{"a":null,"b":"\u00fc"}${']}'.repeat(50_000)}`;
    const encoded = encodeLetter(letter(JSON.parse(deep)));
    const { letter: zipped } = JSON.parse(String(encoded.body));
    expect(gunzipSync(Buffer.from(zipped, 'base64')).toString()).toContain(deep.replace('ü', '\\u00fc'));
  });
});
