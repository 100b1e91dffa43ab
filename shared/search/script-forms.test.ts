import { expect, test as it } from 'vitest';
import { fc, test } from '../../test/support/property.ts';
import { scriptForms } from './script-forms.ts';

/** As OpenSearch's `mapping` char filter works: the longest rule that fits, from left to right. */
const rules = scriptForms().map((rule): readonly [string, string] => {
  const [from = '', to = ''] = rule.split('=>').map((side) => JSON.parse(`"${side}"`) as string);
  return [from, to];
});
const byLength = rules.toSorted(([a], [b]) => b.length - a.length);
function mapped(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; ) {
    const [from, to] = byLength.find(([start]) => text.startsWith(start, at)) ?? [
      text.charAt(at),
      text.charAt(at),
    ];
    result += to;
    at += from.length;
  }
  return result;
}

it('rules are ASCII, so that they survive every tool on the way', () => {
  expect(scriptForms().filter((rule) => !/^(\\u[0-9A-F]{4})+=>(\\u[0-9A-F]{4})*$/.test(rule))).toEqual([]);
});

/** Texts of one script: a mark of one script on a letter of another is no text. */
const scripts = [0x0900, 0x0980, 0x0b00, 0x0b80, 0x0c00, 0x0c80, 0x0d00].map(
  (first) => [first, first + 0x7f] as const,
);
const text = fc.oneof(
  ...[...scripts, [0x00c0, 0x017f] as const].map(([min, max]) =>
    fc.array(fc.integer({ min, max }), { maxLength: 12 }).map((points) => String.fromCodePoint(...points)),
  ),
);

/** A virama or length mark after a vowel sign of two parts comes between the parts; no text of these scripts has one there. */
const isReordered = (any: string) =>
  any.normalize('NFD') !== [...any].map((letter) => letter.normalize('NFD')).join('');

test.prop([text.filter((any) => !isReordered(any))])(
  'the composed and the decomposed form of a text are mapped to the same',
  (any) => {
    expect(mapped(any.normalize('NFD'))).toBe(mapped(any.normalize('NFC')));
  },
);

it('joiners make no difference', () => {
  expect(mapped('ക്\u200dഷ')).toBe(mapped('ക്ഷ'));
  expect(mapped('नमस्\u200cते')).toBe(mapped('नमस्ते'));
});

it('a final letter and its older spelling are the same', () => {
  expect(mapped('തേ\u0d7b')).toBe(mapped('തേ\u0d28\u0d4d\u200d'));
  expect(mapped('সৎ')).toBe(mapped('সত্\u200d'));
});

it('different letters stay different', () => {
  expect(mapped('ज')).not.toBe(mapped('ज़'));
  expect(mapped('ல்')).not.toBe(mapped('ள்'));
});
