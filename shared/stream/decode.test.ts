import { describe, expect, it } from 'vitest';
import { productKeys, streamRecord } from '../../test/support/record.ts';
import { decodeRecord } from './decode.ts';

function decoded(record: unknown) {
  const result = decodeRecord(record, 'new-and-old');
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.details}`);
  return result.change;
}

function failure(record: unknown) {
  const result = decodeRecord(record, 'new-and-old');
  return result.ok ? undefined : result.failure;
}

describe('decodeRecord', () => {
  it('keeps every attribute type on the way to JSON', () => {
    const newImage = {
      text: { S: 'टमाटर' },
      exact: { N: '12345678901234567890.5' },
      yes: { BOOL: true },
      nothing: { NULL: true },
      bytes: { B: 'AQID' },
      words: { SS: ['a', 'b'] },
      numbers: { NS: ['1', '9007199254740993'] },
      blobs: { BS: ['AQ==', 'Ag=='] },
      map: { M: { inner: { L: [{ N: '1' }, { S: 'x' }] } } },
    };
    expect(JSON.stringify(decoded(streamRecord({ newImage })).newImage)).toBe(
      '{"text":"टमाटर","exact":12345678901234567890.5,"yes":true,"nothing":null,"bytes":"AQID","words":["a","b"],' +
        '"numbers":[1,9007199254740993],"blobs":["AQ==","Ag=="],"map":{"inner":[1,"x"]}}',
    );
  });

  it('keeps attribute names that JavaScript objects treat specially', () => {
    const newImage = JSON.parse(
      '{"__proto__":{"S":"a"},"constructor":{"S":"b"},"toString":{"M":{"__proto__":{"N":"1"}}}}',
    );
    expect(JSON.stringify(decoded(streamRecord({ newImage })).newImage)).toBe(
      '{"__proto__":"a","constructor":"b","toString":{"__proto__":1}}',
    );
    expect(Object.prototype).not.toHaveProperty('S');
  });

  it('reads binary as bytes too, as the SDK hands it over', () => {
    const newImage = { bytes: { B: new Uint8Array([1, 2, 3]) }, blobs: { BS: [new Uint8Array([1])] } };
    expect({ ...decoded(streamRecord({ newImage })).newImage }).toEqual({ bytes: 'AQID', blobs: ['AQ=='] });
  });

  it('tells an expiry from a deletion by a user', () => {
    const service = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(decoded(streamRecord({ eventName: 'REMOVE', userIdentity: service })).expired).toBe(true);
    expect(decoded(streamRecord({ eventName: 'REMOVE' })).expired).toBe(false);
  });

  it('takes fractions of a second and any event id and digits', () => {
    const change = decoded(streamRecord({ at: 1.25, eventID: '7-é', seq: '7' }));
    expect(change).toMatchObject({ createdAtMs: 1250, eventId: '7-é', sequenceNumber: '7' });
  });

  it('does not look at the old image when told not to', () => {
    const record = streamRecord({ eventName: 'MODIFY', oldImage: { broken: { Q: 1 } } });
    expect(decodeRecord(record, 'new').ok).toBe(true);
    expect(decodeRecord(record, 'new-and-old').ok).toBe(false);
  });

  it.each([
    ['null', null],
    ['text', 'x'],
    ['nothing', {}],
    ['an unknown event name', streamRecord({ eventName: 'UPSERT' })],
    ['no event id', { ...streamRecord(), eventID: undefined }],
    ['no dynamodb part', { ...streamRecord(), dynamodb: undefined }],
    ['no new image', { ...streamRecord(), dynamodb: { Keys: productKeys('p'), SequenceNumber: '1' } }],
    ['an unknown type', streamRecord({ newImage: { a: { Q: '1' } } })],
    ['two types at once', streamRecord({ newImage: { a: { S: '1', N: '1' } } })],
    ['a bare value', streamRecord({ newImage: { a: '1' } })],
    ['a number that is none', streamRecord({ newImage: { a: { N: 'ten' } } })],
    ['a number as number', streamRecord({ newImage: { a: { N: 10 } } })],
    ['a set that is no list', streamRecord({ newImage: { a: { SS: 'x' } } })],
    ['keys that are a list', streamRecord({ keys: [] })],
  ])('makes %s a failure of that record', (_, record) => {
    expect(failure(record)?.code).toBe('UNDECODABLE_RECORD');
  });

  it('follows nesting as deep as DynamoDB goes, 32 levels, in lists and in maps', () => {
    let deep: object = { S: 'x' };
    for (let level = 0; level < 32; level++) deep = level % 2 === 0 ? { L: [deep] } : { M: { a: deep } };
    expect(failure(streamRecord({ newImage: { deep } }))).toBeUndefined();
  });

  it('does not follow nesting without end', () => {
    let deep: object = { S: 'x' };
    for (let level = 0; level < 5_000; level++) deep = { L: [deep] };
    expect(failure(streamRecord({ newImage: { deep } }))?.code).toBe('UNDECODABLE_RECORD');
  });

  it('keeps the sequence number of a record it cannot decode, so that it can be reported', () => {
    expect(decodeRecord({ dynamodb: { SequenceNumber: '123' } }, 'new')).toMatchObject({
      ok: false,
      sequenceNumber: '123',
    });
  });

  it.each(['', 'abc', '-1', '1.5', 12, null])(
    'does not report by the sequence number %j',
    (SequenceNumber) => {
      expect(decodeRecord({ dynamodb: { SequenceNumber } }, 'new')).not.toHaveProperty('sequenceNumber');
    },
  );

  it.each([8.64e12 + 1, 1e308, -1, 0, '1', null])('takes %j for no time of a change', (at) => {
    const record = streamRecord();
    const changed = { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: at } };
    expect(decoded(changed)).not.toHaveProperty('createdAtMs');
  });

  it('never repeats a value in a failure', () => {
    const record = streamRecord({ newImage: { phone: { N: 'secret-98765' }, a: { secretType: 'x' } } });
    expect(JSON.stringify(failure(record))).not.toContain('secret');
  });
});
