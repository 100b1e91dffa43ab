/** A letter is of the queue or bucket where it was found, and says so where it claims to be another's. */
import { expect, test } from 'vitest';
import { letterOf } from './letter-of.ts';
import { contentOfPlace } from './read-notification.ts';
import { envelope, givenUp, payloadOf, readLetter, threeRecords } from './testing.ts';

test('a letter of another processor lies here, and its record is that one’s', () => {
  expect(letterOf(readLetter(envelope({ processor: 'bookings' })), 'bids', {})).toMatchObject({
    processor: 'bids',
    records: [{ processor: 'bookings' }],
    reason: { code: 'OTHER_PROCESSOR', details: expect.stringContaining('bookings') },
  });
  expect(letterOf(readLetter(envelope()), 'bids', {}).reason).toBeUndefined();
});

test('why a letter could not be read is more than whose it was', () => {
  const place = { bucket: 'failures', key: 'dead-letters/bookings/2026/x.json.gz' };
  const gone = contentOfPlace(place, { code: 'OBJECT_GONE' });
  expect(letterOf(gone, 'bids', { object: place })).toMatchObject({
    processor: 'bids',
    reason: { code: 'OBJECT_GONE' },
  });
});

test('what a mapping gave up is its function’s, and says how it differs from its message', () => {
  const batch = readLetter(givenUp({ payload: payloadOf(threeRecords().slice(1)) }));
  expect(letterOf({ ...batch, processor: 'analytics' }, 'bids', {})).toMatchObject({
    processor: 'bids',
    records: [{ processor: 'analytics' }, { processor: 'analytics' }],
    reason: { code: 'BATCH_SIZE_DIFFERS' },
  });
  expect(letterOf(batch, 'bids', {}).records).toMatchObject([{ processor: 'bids' }, { processor: 'bids' }]);
});
