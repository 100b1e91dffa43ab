import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/property.ts';
import { exactNumber } from './exact-number.ts';

describe('exactNumber', () => {
  it.each([
    ['0', '0'],
    ['42', '42'],
    ['-1.5', '-1.5'],
    ['300.0', '300'],
    ['0.1', '0.1'],
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['-0.12345678901234567890123456789', '-1.2345678901234567890123456789e-1'],
    ['123.4567890123456789012345', '123.4567890123456789012345'],
    ['1E+30', '1e+30'],
    ['1E+125', '1e+125'],
    ['9.9999999999999999999999999999999999999E+125', '9.9999999999999999999999999999999999999e125'],
    ['1E-130', '1e-130'],
  ])('writes %s to JSON as %s', (text, json) => {
    expect(JSON.stringify(exactNumber(text))).toBe(json);
  });

  it('keeps the value of every decimal that DynamoDB can hold', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,37}$/);
    fc.assert(
      fc.property(
        fc.boolean(),
        digits,
        fc.integer({ min: -100, max: 80 }),
        (negative, mantissa, exponent) => {
          const text = `${negative ? '-' : ''}${mantissa}E${exponent}`;
          const json = JSON.stringify(exactNumber(text));
          expect(rational(json)).toEqual(rational(text));
        },
      ),
    );
  });

  it.each(['', 'abc', '+', '.', '0x10', '1 2', 'NaN', 'Infinity', '1e'])('refuses %j', (text) => {
    expect(() => exactNumber(text)).toThrow(TypeError);
  });
});

/** An exact rational: digits without trailing zeros, and their exponent. */
function rational(text: string) {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const stripped = (whole + fraction).replace(/0+$/, '');
  const exponent = Number(power) - fraction.length + (whole + fraction).length - stripped.length;
  return { sign, digits: stripped.replace(/^0+/, ''), exponent };
}
