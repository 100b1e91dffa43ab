/** A message goes with the last letter that it stands for, and is given back with the last one that is released. */
import { expect, test } from 'vitest';
import type { Letter, ObjectPlace } from './letter.ts';
import { letterParts } from './letter-parts.ts';
import type { Found } from './read-message.ts';

const place = (key: string): ObjectPlace => ({ bucket: 'failures', key });
const object = (key: string): Found => ({ kind: 'object', object: place(key) });
const [a, b] = [{ object: place('a') }, { object: place('b') }];
const inline = (messageId: string): Letter['source'] => ({
  message: { queueUrl: 'queue', messageId, receiptHandle: '', sentAtMs: 0 },
});
const letters = (count: number) =>
  Array.from({ length: count }, () => ({ kind: 'letter' }) as unknown as Found);

test('a letter that is settled twice does not keep the message of another one', () => {
  const parts = letterParts();
  parts.add('m', [object('a'), object('b')]);
  expect(parts.settle(a)).toEqual({ messages: [], object: place('a') });
  expect(parts.settle(a)).toEqual({ messages: [], object: undefined });
  expect(parts.settle(b)).toEqual({ messages: ['m'], object: place('b') });
});

test('a message whose text holds several letters goes, and is given back, with the last of them', () => {
  const parts = letterParts();
  parts.add('m', letters(3));
  expect([1, 2, 3].map(() => parts.settle(inline('m')).messages)).toEqual([[], [], ['m']]);
  parts.add('n', letters(3));
  expect([1, 2, 3].map(() => parts.release(inline('n')))).toEqual([[], [], ['n']]);
});

test('what is settled needs no releasing: the message is given back with the letter that stays', () => {
  const parts = letterParts();
  parts.add('m', letters(2));
  parts.settle(inline('m'));
  expect(parts.release(inline('m'))).toEqual(['m']);
  parts.add('n', [object('a'), object('b')]);
  expect(parts.release(a)).toEqual([]);
  expect(parts.release(b)).toEqual(['n']);
});

test('a message is done with when all that it announces was settled before, and not when it announces nothing', () => {
  const parts = letterParts();
  expect(parts.add('first', [object('a')])).toMatchObject({ done: false });
  parts.settle(a);
  expect(parts.add('again', [object('a')])).toEqual({ fresh: [], done: true });
  expect(parts.add('more', [object('a'), object('b')])).toEqual({ fresh: [object('b')], done: false });
  expect(parts.add('nothing', [])).toEqual({ fresh: [], done: false });
});

test('an object that a message announced is no letter without a message', () => {
  const parts = letterParts();
  parts.add('m', [object('a')]);
  expect(parts.addObject(place('a'))).toBe(false);
  expect(parts.addObject(place('b'))).toBe(true);
  expect(parts.addObject(place('b'))).toBe(false);
  expect(parts.settle(b)).toEqual({ messages: [], object: place('b') });
});
