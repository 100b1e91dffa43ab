import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../fixtures/read.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { fc, test as property } from '../../test/support/property.ts';
import { streamRecord } from '../../test/support/record.ts';
import { createRedactor } from './redact.ts';
import { DEFAULT_RULES, parseRules } from './rules.ts';

const SECRET = Buffer.from('of these tests');
const redact = (record: unknown, rules = DEFAULT_RULES) => createRedactor(rules, SECRET).redact(record);

type Image = Record<
  string,
  { S?: string; N?: string; M?: Image; L?: Image[string][]; SS?: string[]; NS?: string[] }
>;

function redactedImage(image: object, keys: object = {}): Image {
  const record = redact(streamRecord({ newImage: image, keys })) as { dynamodb: { NewImage: Image } };
  return record.dynamodb.NewImage;
}

describe('a redacted record', () => {
  it('keeps what it says of itself, without the account', () => {
    const record = streamRecord();
    expect(redact(record)).toMatchObject({
      eventID: record.eventID,
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: record.dynamodb.SequenceNumber, SizeBytes: 100 },
      eventSourceARN: expect.stringContaining(':000000000000:table/ek-bharath-products/stream/'),
    });
    const owned = {
      ...record,
      eventSourceARN: record.eventSourceARN.replace('000000000000', '123456789012'),
    };
    expect(JSON.stringify(redact(owned))).not.toContain('123456789012');
  });

  it('keeps what it says of itself only where it has the form of that', () => {
    const stays = {
      eventID: '1f1b7c0a9d',
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'ap-south-1',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: {
        ApproximateCreationDateTime: 1_700_000_000,
        SequenceNumber: '4180000331472198174501300',
        SizeBytes: 100,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    };
    expect(redact(stays)).toEqual(stays);
    const odd = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, odd(inner)]))
        : 'Ramesh, 98450';
    expect(JSON.stringify(redact(odd(stays)))).not.toMatch(/Ramesh|98450/);
    // One word looks like some of them, but not like these.
    const word = { ...stays, eventName: 'Ramesh', userIdentity: { type: 'Ramesh', principalId: '98450' } };
    expect(JSON.stringify(redact(word))).not.toMatch(/Ramesh|98450/);
  });

  it('keeps the table that it is of, of any partition, and of another ARN nothing', () => {
    const arnOf = (eventSourceARN: string) =>
      (redact({ ...streamRecord(), eventSourceARN }) as { eventSourceARN: string }).eventSourceARN;
    const stream = 'table/bids/stream/2026-01-01T00:00:00.000';
    expect(arnOf(`arn:aws-cn:dynamodb:cn-north-1:123456789012:${stream}`)).toBe(
      `arn:aws-cn:dynamodb:cn-north-1:000000000000:${stream}`,
    );
    expect(arnOf(`arn:aws:dynamodb:us-east-1:123456789012:${stream}/Ramesh`)).not.toMatch(/1234|Ramesh/);
    expect(arnOf('arn:aws:sqs:us-east-1:123456789012:orders')).not.toMatch(/1234|orders/);
  });

  it('ends where no table could nest, and keeps nothing of what is deeper', () => {
    const nested = (levels: number, wrap: (inner: object) => object) => {
      let image: object = { S: 'Ramesh' };
      for (let level = 0; level < levels; level++) image = wrap(image);
      return redactedImage({ order: image });
    };
    for (const wrap of [(inner: object) => ({ M: { a: inner } }), (inner: object) => ({ X: [inner] })])
      expect(JSON.stringify(nested(20_000, wrap)).length).toBeLessThan(5_000);
    for (const levels of [10, 63, 64, 65, 130])
      expect(JSON.stringify(nested(levels, (inner) => ({ X: [inner] })))).not.toContain('Ramesh');
  });

  it('has nothing left where it is none', () => {
    const left = JSON.stringify(
      redact({ dynamodb: ['Ramesh'], phone: 9845012345, who: { Ramesh: [98450] } }),
    );
    expect(left).not.toMatch(/"Ramesh"\]|98450/);
    expect(redact('Ramesh')).toBe('Xxxxxx');
  });

  it('keeps the structure of keys, and the same id is the same pseudonym wherever it stands', () => {
    const keys = { PK: { S: 'CHAT#vendor-1#buyer-22' }, SK: { S: 'MSG#2026-01-31T10:00:00.000Z' } };
    const { PK, SK, sender_id, recipient_id } = redactedImage(
      { ...keys, sender_id: { S: 'vendor-1' }, recipient_id: { S: 'USER#buyer-22' } },
      keys,
    );
    expect(SK?.S).toBe('MSG#2026-01-31T10:00:00.000Z');
    expect(sender_id?.S).toMatch(/^[a-z]{6}-\d$/);
    expect(recipient_id?.S).toMatch(/^USER#[a-z]{5}-\d\d$/);
    expect(PK?.S).toBe(`CHAT#${sender_id?.S}#${recipient_id?.S?.slice('USER#'.length)}`);
    expect(PK?.S).not.toContain('vendor');
  });

  it('keeps the word before an id also where another id stands before it', () => {
    const keys = { PK: { S: 'CHAT#buyer-22-USER#vendor-1' }, SK: { S: 'METADATA' } };
    const { PK, SK, participants } = redactedImage(
      { ...keys, participants: { SS: ['buyer-22', 'vendor-1'] } },
      keys,
    );
    expect(PK?.S).toBe(`CHAT#${participants?.SS?.[0]}-USER#${participants?.SS?.[1]}`);
    expect(SK?.S).toBe('METADATA');
  });

  it('loses texts, names, phone numbers and e-mail addresses, and keeps their lengths and scripts', () => {
    const image = redactedImage({
      customerName: { S: 'Ramesh Kumar' },
      customerPhone: { S: '+91 98450-12345' },
      customerEmail: { S: 'ramesh.kumar@mail.in' },
      noEmail: { S: '' },
      title: { M: { english: { S: 'Red tomato' }, hindi: { S: 'लाल टमाटर' } } },
      nobodyThoughtOfThis: { S: 'secret 1' },
    });
    expect(image).toMatchObject({
      customerName: { S: expect.stringMatching(/^[A-Z][a-z]{5} [A-Z][a-z]{4}$/) },
      customerPhone: { S: '+00 00000-00000' },
      customerEmail: { S: expect.stringMatching(/^[a-z]{6}\.[a-z]{5}@example\.com$/) },
      noEmail: { S: '' },
      title: {
        M: {
          english: { S: expect.stringMatching(/^[A-Z][a-z]{2} [a-z]{6}$/) },
          hindi: { S: expect.stringMatching(/^[\p{Script=Devanagari}]{3} [\p{Script=Devanagari}]{5}$/u) },
        },
      },
      nobodyThoughtOfThis: { S: expect.stringMatching(/^[a-z]{6} \d$/) },
    });
  });

  it('keeps statuses, times and ratings, but no free text in their place', () => {
    const kept = {
      status: { S: 'active' },
      buyer_type: { S: 'B2C' },
      created_at: { S: '2026-01-01T00:00:00.000Z' },
      rating: { N: '5' },
    };
    expect(redactedImage(kept)).toEqual(kept);
    expect(redactedImage({ status: { S: 'call Ramesh' } })).toEqual({
      status: { S: expect.stringMatching(/^(?!call|.*Ramesh)[a-z]{4} [A-Z][a-z]{5}$/) },
    });
  });

  it('keeps the sign and the number of digits of numbers, and where a place is only roughly', () => {
    const image = redactedImage({
      salary: { N: '-18.50' },
      price: { N: '18.5' },
      none: { N: '0' },
      location: { M: { coordinates: { L: [{ N: '25.6123' }, { N: '85.1' }] } } },
    });
    expect(image.price?.N).toBe('18.5');
    expect(image.salary?.N).toMatch(/^-[1-9][1-9]\.[1-9]0$/);
    expect(image.none?.N).toBe('0');
    expect(image.location?.M?.coordinates?.L).toEqual([{ N: '25.0000' }, { N: '85.0' }]);
  });

  it('keeps nothing of a number that is none, whatever the rule of its attribute', () => {
    const text = 'asha, +91 98765';
    const image = redactedImage({
      price: { N: text },
      location: { M: { coordinates: { L: [{ N: text }] } } },
      salary: { N: text },
      GSI1PK: { N: text },
    });
    expect(JSON.stringify(image)).not.toMatch(/asha|98765/);
  });

  it('has the same number of an id as its text, whatever its exponent', () => {
    const image = redactedImage({
      user_id: { N: '41877' },
      participants: { NS: ['41877', '41E+100'] },
      GSI1PK: { S: 'USER#41877' },
    });
    expect(image.user_id?.N).toMatch(/^(?!41877)[1-9]\d{4}$/);
    expect(image.participants?.NS).toEqual([image.user_id?.N, expect.stringMatching(/^[1-9]\dE\+100$/)]);
    expect(image.GSI1PK?.S).toBe(`USER#${image.user_id?.N}`);
  });

  it('is the same item in each of its images', () => {
    const record = redact(streamRecord({ eventName: 'MODIFY' })) as { dynamodb: Record<string, Image> };
    const { Keys, NewImage, OldImage } = record.dynamodb;
    expect(OldImage).toEqual(NewImage);
    expect(NewImage).toMatchObject(Keys ?? { none: true });
  });

  it('has other names where names in a map are ids', () => {
    const { recentReviews } = redactedImage({
      recentReviews: { M: { 'review-1': { N: '17' }, asha: { N: '18' } } },
    });
    expect(Object.keys(recentReviews?.M ?? {}).join()).toMatch(/^[a-z]{6}-\d,(?!asha)[a-z]{4}$/);
    const { byUser } = redactedImage({ byUser: { M: { 'user-77': { S: 'x' } } } });
    expect(JSON.stringify(byUser)).not.toContain('user-77');
  });

  it('is of another name under another secret', () => {
    const record = streamRecord();
    expect(createRedactor(DEFAULT_RULES).redact(record)).not.toEqual(
      createRedactor(DEFAULT_RULES).redact(record),
    );
  });

  it('follows rules of the user before those that ship', () => {
    const rules = parseRules(
      { version: 1, rules: [{ attributes: ['title.hindi'], as: 'id' }, ...DEFAULT_RULES.rules] },
      'test',
    );
    const record = streamRecord({ newImage: { title: { M: { hindi: { S: 'ab' }, english: { S: 'ab' } } } } });
    const titles = (by: typeof rules) => {
      const { dynamodb } = redact(record, by) as { dynamodb: { NewImage: Image } };
      return dynamodb.NewImage.title?.M;
    };
    expect(titles(rules)?.english).toEqual(titles(DEFAULT_RULES)?.english);
    expect(titles(rules)?.hindi).not.toEqual(titles(DEFAULT_RULES)?.hindi);
  });

  property.prop([fc.uniqueArray(fc.stringMatching(/^[a-z\d]{1,6}$/), { minLength: 2, maxLength: 60 })])(
    'has as many ids as the original',
    (ids) => {
      const { members } = redactedImage({ members: { SS: ids } });
      expect(new Set(members?.SS).size).toBe(ids.length);
    },
  );

  property.prop([fc.jsonValue()])('is made of whatever there was', (value) => {
    expect(() => JSON.stringify(redact(value))).not.toThrow();
    expect(() => redact({ dynamodb: { NewImage: value, Keys: value }, eventID: value })).not.toThrow();
  });

  it('decodes if and only if the original does, in every recorded case', async () => {
    const folder = join(import.meta.dirname, '../../fixtures');
    for (const stream of ['products', 'bids', 'conversations', 'bookings']) {
      for (const name of readdirSync(join(folder, stream)).filter((file) =>
        /^(?!.*(day|writes)).*\.jsonl$/.test(file),
      )) {
        const redactor = createRedactor(DEFAULT_RULES, SECRET);
        for await (const record of readFixture(join(folder, stream, name))) {
          const decodes = (one: unknown) => {
            try {
              const { dynamodb } = one as { dynamodb?: { NewImage?: unknown } };
              return Object.keys(decodeImage(dynamodb?.NewImage)).length;
            } catch {
              return undefined;
            }
          };
          expect([name, decodes(redactor.redact(record))]).toEqual([name, decodes(record)]);
        }
      }
    }
  });
});
