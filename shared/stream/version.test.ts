import { expect, it } from 'vitest';
import { streamVersion } from './version.ts';

it.each([
  ['41800003314721981745013', 418],
  ['85200001116035208612731', 852],
  ['104000001594719230901025', 1040],
  ['300000000000000499659', 3],
  ['100000000000000000000', 1],
  ['99999999999999', 99999999999999],
  ['7', 7],
])('the position %s is version %d', (sequenceNumber, version) => {
  expect(streamVersion(sequenceNumber)).toBe(version);
});

it.each([['0'], ['9007199254740992'], ['99999999999999999999'], ['9'.repeat(40)], [undefined]])(
  'the position %s gives no version to rely on',
  (sequenceNumber) => {
    expect(streamVersion(sequenceNumber)).toBeUndefined();
  },
);
