import { describe, expect, it, test } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import {
  filling,
  isPlainWord,
  otherNumber,
  otherText,
  pseudonymousEmail,
  pseudonymousKey,
  zeroDigits,
} from './fill.ts';
import { pseudonyms } from './pseudonyms.ts';

const names = pseudonyms(Buffer.from('of these tests'));
const another = pseudonyms(Buffer.from('of others'));

describe('a filling', () => {
  it('says of each character only its kind, and takes as many bytes', () => {
    const text = 'Asha 42 ñ ← 🎉 @';
    expect(filling(text)).toBe('Xxxx 00 é — 🍅 .');
    expect(Buffer.byteLength(filling(text))).toBe(Buffer.byteLength(text));
  });

  it.each([
    ['Devanagari', 'टी', 'का'],
    ['Tamil', 'டீ', 'கா'],
    ['Telugu', 'టీ', 'కా'],
    ['Kannada', 'ಟೀ', 'ಕಾ'],
    ['Bengali', 'টী', 'কা'],
    ['Oriya', 'ଟୀ', 'କା'],
    ['Malayalam', 'ടീ', 'കാ'],
  ])('keeps the script of %s, letters and marks', (_, text, filled) => {
    expect(filling(text)).toBe(filled);
  });

  it('of half a surrogate pair is half of one', () => {
    expect(filling('a\ud83d').isWellFormed()).toBe(false);
  });
});

test.each(['active', 'B2C', 'in_progress', 'B-12', '', '2026-01-31', '2026-01-31T10:00:00.5+05:30'])(
  '%j is a word that may stay',
  (text) => expect(isPlainWord(text)).toBe(true),
);

test.each([
  'call Ramesh',
  'ramesh@mail',
  'ramesh.kumar',
  'flat-1204',
  'B2-C3',
  '9845012345',
  'a'.repeat(41),
  '2026-01-31T10:00:00Z for Ramesh',
  'Ramesh, 2026-01-31',
  'रमेश',
])('%j is none', (text) => expect(isPlainWord(text)).toBe(false));

describe('another text', () => {
  const letters = fc.constantFrom(...'aZ09 é-,ñßШж लाஅడಕ১𝕏');
  const text = fc.string({ unit: letters, maxLength: 120, size: 'max' });

  property.prop([text])('has no letter and no digit where it was, and all else, lengths too', (original) => {
    const [before, after] = [[...original], [...otherText(original, names)]];
    const named = /[\p{L}\p{M}\p{N}]/u;
    expect(after.map((one) => named.test(one))).toEqual(before.map((one) => named.test(one)));
    before.forEach((one, index) => {
      expect(after[index] === one).toBe(!named.test(one));
      expect(Buffer.byteLength(after[index] ?? '')).toBe(Buffer.byteLength(one));
    });
  });

  it('is the same again for the same text, and for no other, however alike they begin', () => {
    const [short, long] = ['Ramesh K', 'Ramesh Kumar of Patna and Asha'];
    const other = otherText(short, names);
    expect(otherText(short, names)).toBe(other);
    expect(otherText(long, names)).toHaveLength(long.length);
    // Were the same letter always the same other one, whoever knows one text could read the next.
    expect(otherText(long, names).slice(0, 6)).not.toBe(other.slice(0, 6));
  });

  it('is another under another secret', () => {
    expect(otherText('Ramesh Kumar', names)).not.toBe(otherText('Ramesh Kumar', another));
  });
});

describe('another number', () => {
  it.each([
    ['-18.50', /^-[1-9]{2}\.[1-9]0$/],
    ['1.5E-10', /^[1-9]\.[1-9]E-10$/],
    ['0', /^0$/],
    ['Asha 42', /^Xxxx 00$/],
  ])('for %s has its sign, digits, zeros and exponent', (text, form) => {
    expect(otherNumber(text, names)).toMatch(form);
  });
});

test('of a telephone number only its signs stay, and of what stands beside it nothing', () => {
  expect(zeroDigits('+91 (98450)-12345 Asha?')).toBe('+00 (00000)-00000 Xxxx.');
});

describe('a key', () => {
  const key = (text: string) => pseudonymousKey(text, names, true);

  it('keeps words in capitals before an id, alone, and nowhere else', () => {
    expect(key('USER#asha')).toMatch(/^USER#(?!asha)[a-z]{4}$/);
    expect(key('DETAILS')).toBe('DETAILS');
    expect(key('Ramesh')).not.toBe('Ramesh');
    expect(key('USER#RAMESH')).toMatch(/^USER#(?!RAMESH)[A-Z]{6}$/);
    expect(key('Ramesh#1#METADATA')).not.toContain('Ramesh');
  });

  it('is an id altogether where an id was expected', () => {
    expect(pseudonymousKey('RAMESH', names, false)).toMatch(/^(?!RAMESH)[A-Z]{6}$/);
    expect(pseudonymousKey('USER#asha', names, false)).toBe(key('USER#asha'));
  });
});

describe('an e-mail address', () => {
  it.each(['asha@mail.in', ' asha@mail.in\n'])('%j is one of nobody', (text) => {
    expect(pseudonymousEmail(text, names)).toMatch(/^(?!asha)[a-z]{4}@example\.com$/);
  });

  it.each(['asha', '@mail.in', 'asha@home', 'asha@b@mail.in', 'asha@mail in.de'])(
    '%j is none, and becomes none',
    (text) => expect(pseudonymousEmail(text, names)).toBe(filling(text)),
  );
});
