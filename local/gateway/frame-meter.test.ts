/** Frames are measured however the network cuts them. */

import { expect } from 'vitest';
import { fc, test as property } from '../../test/support/property.ts';
import { frameMeter } from './frame-meter.ts';

const LIMIT = 70_000;
const size = fc.oneof(fc.nat(300), fc.integer({ min: 65_530, max: 65_540 }), fc.nat(2 * LIMIT));

/** Text frames (RFC 6455, section 5.2). */
function bytesOf(sizes: readonly number[], masked: boolean): Buffer {
  return Buffer.concat(
    sizes.map((length) => Buffer.concat([headerOf(length, masked), Buffer.alloc(length, 1)])),
  );
}

function headerOf(length: number, masked: boolean): Buffer {
  const header = Buffer.alloc(14);
  const short = length < 126 ? length : length < 65_536 ? 126 : 127;
  header.writeUInt8(0x81, 0);
  header.writeUInt8((masked ? 0x80 : 0) | short, 1);
  if (short === 126) header.writeUInt16BE(length, 2);
  if (short === 127) header.writeBigUInt64BE(BigInt(length), 2);
  return header.subarray(0, 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (masked ? 4 : 0));
}

property.prop([
  fc.array(size, { maxLength: 6 }),
  fc.boolean(),
  fc.array(fc.integer({ min: 1, max: 40_000 })),
])('the first frame over the limit is reported with its length, and none below it', (sizes, mask, cuts) => {
  const reported: number[] = [];
  const measure = frameMeter(LIMIT, (bytes) => reported.push(bytes));
  let rest = bytesOf(sizes, mask);
  for (const cut of cuts) {
    measure(rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  measure(rest);
  expect(reported).toEqual(sizes.filter((bytes) => bytes > LIMIT).slice(0, 1));
});
