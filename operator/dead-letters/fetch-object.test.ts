/** An object is a letter or says why not: what is gone is told from what is denied, out of reach or too large, and nothing is taken for gone that is not. */
import { expect, test } from 'vitest';
import { fetchLetter } from './fetch-object.ts';
import { LARGEST_BYTES } from './json.ts';
import { envelope, givenUp, payloadOf, threeRecords } from './testing.ts';

const OBJECT = { bucket: 'failures', key: 'aws/lambda/uuid/shard-1/2026/09/17/x' };
const OURS = { bucket: 'failures', key: 'dead-letters/bids/2026/09/17/x.json.gz' };

interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  readonly length?: number;
  readonly modified?: Date;
}

const { signal } = new AbortController();

function fetching(answer: Answer | Error, object = OBJECT, until: AbortSignal = signal) {
  const send = async () => {
    if (answer instanceof Error) throw answer;
    const { body, length, modified } = answer;
    return { Body: body, ContentLength: length, LastModified: modified };
  };
  return fetchLetter({ send } as never, object, until);
}

async function* bytesOf(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

/** So many bytes, a megabyte at a time. */
function large(bytes: number) {
  const MEGABYTE = new Uint8Array(1024 * 1024);
  let given = 0;
  let destroyed = false;
  const body = {
    destroy: () => {
      destroyed = true;
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (; given < bytes; given += MEGABYTE.length) yield MEGABYTE;
      } finally {
        destroyed = true;
      }
    },
  };
  return { body, given: () => given, destroyed: () => destroyed };
}

test.each([
  ['NoSuchKey', 'OBJECT_GONE'],
  ['NotFound', 'OBJECT_GONE'],
  ['NoSuchBucket', 'BUCKET_GONE'],
  ['AccessDenied', 'OBJECT_DENIED'],
  ['Forbidden', 'OBJECT_DENIED'],
  ['SlowDown', 'OBJECT_UNREACHABLE'],
  ['InternalError', 'OBJECT_UNREACHABLE'],
  ['TimeoutError', 'OBJECT_UNREACHABLE'],
  ['KMS.DisabledException', 'OBJECT_UNREACHABLE'],
])('%s is %s', async (name, code) => {
  const error = Object.assign(new Error('quotes a key'), { name });
  const content = await fetching(error);
  expect(content).toMatchObject({
    form: 'failed-batch',
    resolvable: false,
    records: [],
    reason: { code, type: name },
    batch: { shardId: 'shard-1' },
  });
  // Of ours, the place says whose it was.
  expect(await fetching(error, OURS)).toMatchObject({
    form: 'envelope',
    processor: 'bids',
    reason: { code },
  });
});

test('a body that breaks off is out of reach, and no letter that is damaged', async () => {
  async function* broken() {
    yield Buffer.from('{"version":1');
    throw Object.assign(new Error('aborted'), { name: 'ECONNRESET' });
  }
  expect(await fetching({ body: broken() })).toMatchObject({ reason: { code: 'OBJECT_UNREACHABLE' } });
});

test('a body in pieces is one letter', async () => {
  const text = JSON.stringify(envelope());
  const content = await fetching({ body: bytesOf(text.slice(0, 100), text.slice(100)) });
  expect(content).toMatchObject({ form: 'envelope', resolvable: true });
});

test('a batch that does not say when it was given up was so when its object was written', async () => {
  const batch = givenUp({ timestamp: undefined, payload: payloadOf(threeRecords()) });
  const modified = new Date('2026-09-17T14:00:00.000Z');
  const { failedAt, records } = await fetching({ body: bytesOf(JSON.stringify(batch)), modified });
  expect([failedAt, ...records.map((record) => record.failedAt)]).toEqual(
    Array(4).fill(modified.toISOString()),
  );
});

test('as much as Lambda writes is read', async () => {
  const record = { ...threeRecords()[0], filling: 'x'.repeat(10 * 1024 * 1024) };
  const text = JSON.stringify(givenUp({ payload: payloadOf([record]), info: { batchSize: 1 } }));
  expect(await fetching({ body: bytesOf(text), length: text.length })).toMatchObject({
    form: 'failed-batch',
    resolvable: true,
    records: { length: 1 },
  });
});

test.each([
  ['says so', LARGEST_BYTES + 1],
  ['does not say so', undefined],
])('what is larger than anybody writes is not taken into memory, where the answer %s', async (_, length) => {
  const { body, given, destroyed } = large(2 * LARGEST_BYTES);
  const content = await fetching({ body, ...(length === undefined ? {} : { length }) });
  expect(content).toMatchObject({ resolvable: false, reason: { code: 'TOO_LARGE' } });
  expect(given()).toBeLessThanOrEqual(length === undefined ? LARGEST_BYTES + 1024 * 1024 : 0);
  // Or the connection would stay open for what nobody reads.
  expect(destroyed()).toBe(true);
});

test('an interrupt is no fault of the object: it ends the request, and the reading of its body', async () => {
  const interrupt = new AbortController();
  const { body, given } = large(10 * 1024 * 1024);
  const reading = {
    async *[Symbol.asyncIterator]() {
      for await (const chunk of body) {
        interrupt.abort(new Error('enough'));
        yield chunk;
      }
    },
  };
  await expect(fetching({ body: reading }, OBJECT, interrupt.signal)).rejects.toThrow('enough');
  expect(given()).toBe(0);
  await expect(fetching(new Error('cut off'), OBJECT, interrupt.signal)).rejects.toThrow('enough');
});
