/** Our own letters are read in every form that we write, and what is not quite one is kept as unknown, with the reason. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeLetter } from '../../shared/dead-letters/encoding.ts';
import { streamRecord } from '../../test/support/record.ts';
import { readBytes, readText } from './read-message.ts';
import { shownLetter } from './shown-letter.ts';
import { envelope, givenUp, onlyLetter, readLetter } from './testing.ts';

describe('our own letter', () => {
  const compressed = (letter: unknown) => ({
    version: 1,
    encoding: 'gzip+base64',
    letter: gzipSync(JSON.stringify(letter)).toString('base64'),
  });
  const twice = gzipSync(gzipSync(JSON.stringify(envelope()))).toString('base64');
  const big = (bytes: number) => envelope({ record: { ...streamRecord(), extra: 'x'.repeat(bytes) } });

  test('plain', () => {
    const content = readLetter(envelope());
    expect(content).toMatchObject({ form: 'envelope', processor: 'bids', resolvable: true });
    expect(content.records).toMatchObject([{ error: { code: 'INVALID_BID' }, record: streamRecord() }]);
    expect(shownLetter(content, 'whole')).toMatchObject({
      start: '100000000000000000001',
      batchSize: 1,
      records: [streamRecord()],
    });
  });

  test('says all that it holds', () => {
    const error = { code: 'DOCUMENT_REFUSED', type: 'mapper_parsing_exception', details: 'harvestDate' };
    const letter = envelope({ error });
    expect(readLetter(letter).records).toEqual([
      {
        eventId: 'event-100000000000000000001',
        eventName: 'INSERT',
        sequenceNumber: '100000000000000000001',
        key: 'PK=PRODUCT#p1 SK=DETAILS',
        streamArn: letter.streamArn,
        failedAt: letter.failedAt,
        requestId: letter.requestId,
        error,
        record: streamRecord(),
      },
    ]);
  });

  test('without its stream is of the one that its record names', () => {
    expect(readLetter(envelope({ streamArn: '' })).records).toMatchObject([
      { streamArn: streamRecord().eventSourceARN },
    ]);
  });

  test('that was written with a word more, as a later release may, is read', () => {
    expect(readLetter({ ...envelope(), encoding: 'plain' })).toMatchObject({ form: 'envelope' });
  });

  test('of an item nested as deep as DynamoDB lets it be is read, also in a batch', () => {
    let deep: object = { S: 'x' };
    for (let level = 0; level < 31; level++) deep = { M: { inner: deep } };
    const record = streamRecord({ newImage: { deep } });
    expect(readLetter(envelope({ record })).form).toBe('envelope');
    expect(
      readLetter(givenUp({ payload: { Records: [record] }, info: { batchSize: 1 } })).records,
    ).toHaveLength(1);
  });

  test('compressed, as it is encoded', () => {
    const encoded = encodeLetter(big(300_000));
    if (encoded.place !== 'queue') throw new Error('not a message');
    expect(encoded.compressed).toBe(true);
    expect(onlyLetter(readText(encoded.body)).records[0]?.record).toEqual(big(300_000).record);
  });

  test('as an object’s bytes', () => {
    const bytes = gzipSync(JSON.stringify(envelope()));
    expect(onlyLetter(readBytes(bytes))).toMatchObject({ form: 'envelope', processor: 'bids' });
  });

  test('of a record that cannot be decoded is whole all the same', () => {
    expect(readLetter(envelope({ record: null, streamArn: '' })).records).toMatchObject([
      { record: null, streamArn: '' },
    ]);
  });

  test.each<[string, string, unknown]>([
    ['a newer version', 'UNKNOWN_VERSION', { ...envelope(), version: 2 }],
    ['no version', 'UNKNOWN_VERSION', { ...envelope(), version: undefined }],
    ['a newer compressed version', 'UNKNOWN_VERSION', { version: 2, encoding: 'zstd', letter: 'x' }],
    ['another encoding', 'UNKNOWN_ENCODING', { version: 1, encoding: 'zstd', letter: 'x' }],
    ['a letter in a letter', 'MALFORMED_ENVELOPE', compressed(compressed(envelope()))],
    ['gzip in gzip', 'NOT_GZIP', { version: 1, encoding: 'gzip+base64', letter: twice }],
    ['text that is not gzip', 'NOT_GZIP', { version: 1, encoding: 'gzip+base64', letter: 'aGVsbG8=' }],
    ['a letter that is no text', 'MALFORMED_ENVELOPE', { version: 1, encoding: 'gzip+base64', letter: 7 }],
    ['no processor', 'MALFORMED_ENVELOPE', { ...envelope(), processor: '' }],
    ['a time that is none', 'MALFORMED_ENVELOPE', { ...envelope(), failedAt: 'yesterday' }],
    ['no error', 'MALFORMED_ENVELOPE', { ...envelope(), error: 'bad' }],
    ['no record', 'MALFORMED_ENVELOPE', { ...envelope(), record: undefined }],
  ])('with %s is kept as unknown', (_, code, value) => {
    expect(readLetter(value)).toMatchObject({ form: 'unknown', resolvable: false, reason: { code } });
  });

  test('that inflates to more than anybody writes is not inflated', () => {
    const letter = gzipSync(Buffer.alloc(65 * 1024 * 1024)).toString('base64');
    expect(readLetter({ version: 1, encoding: 'gzip+base64', letter })).toMatchObject({
      reason: { code: 'TOO_LARGE' },
    });
  });
});
