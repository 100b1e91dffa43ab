import { expect, it } from 'vitest';
import { decodeImage } from '../stream/attribute-value.ts';
import { attributesOf } from './attribute-of.ts';

it('gives back what was read, digit for digit', () => {
  const image = {
    text: { S: 'टमाटर' },
    ['__proto__']: { S: 'a name like any other' },
    empty: { S: '' },
    zero: { N: '0' },
    nothing: { NULL: true },
    none: { L: [] },
    price: { N: '22.5' },
    exact: { N: '12345678901234567890123456789012345678' },
    offer: { M: { amount: { N: '0.1' }, rawJSON: { S: 'a name like any other' }, none: { NULL: true } } },
    tags: { L: [{ S: 'a' }, { BOOL: false }] },
  };
  const written = attributesOf(decodeImage(image));
  expect(written).toEqual(image);
  expect(Object.keys(written).sort()).toEqual(Object.keys(image).sort());
});
