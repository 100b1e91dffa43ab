import { type Client, errors } from '@opensearch-project/opensearch';
import { describe, expect, it } from 'vitest';
import { batchContext } from '../../../test/support/batch-context.ts';
import { documentOf, projectedSearch } from '../../../test/support/projected-search.ts';
import { bulk, type Operation } from './bulk.ts';

interface BulkCall {
  readonly ids: readonly string[];
  readonly bytes: number;
}

/** A client whose bulk requests are answered by `answer`; anything it throws is the response. */
function client(answer: (call: BulkCall) => Promise<object> | object) {
  const calls: BulkCall[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const fake = {
    async bulk({ body }: { body: string }) {
      const ids = [...body.matchAll(/"_id":"([^"]+)"/g)].map(([, id]) => String(id));
      const call = { ids, bytes: Buffer.byteLength(body) };
      calls.push(call);
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      try {
        return { body: await answer(call) };
      } finally {
        inFlight--;
      }
    },
  };
  return {
    target: { client: fake as unknown as Client, alias: 'products' },
    calls,
    mostInFlight: () => mostInFlight,
  };
}

const created = ({ ids }: BulkCall) => ({
  items: ids.map(() => ({ index: { status: 201, result: 'created', _index: 'products-v1' } })),
});

function refusal(statusCode: number, body: unknown): Error {
  return new errors.ResponseError({ statusCode, body, headers: {}, warnings: null, meta: {} } as never);
}

const engineError = (type: string) => ({ error: { type, reason: 'quotes the value +91 98765' } });

const operations = (count: number, bytes = 20): Operation[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    version: 1,
    source: `{"a":"${'x'.repeat(bytes)}"}`,
  }));

describe('bulk', () => {
  it('answers in the order of the operations, whatever the order of the requests', async () => {
    const { target } = client(async (call) => {
      if (call.ids.includes('p0')) await new Promise((resolve) => setImmediate(resolve));
      return {
        items: call.ids.map((id) => ({
          index: id === 'p700' ? { status: 409, error: { type: 'v' } } : { status: 201 },
        })),
      };
    });
    const results = await bulk(target, operations(1_200), batchContext());
    expect(results.map(({ kind }) => kind).indexOf('conflict')).toBe(700);
    expect(results).toHaveLength(1_200);
  });

  it('keeps each request within its count and two of them in flight', async () => {
    const { target, calls, mostInFlight } = client(created);
    await bulk(target, operations(2_600), batchContext());
    expect(Math.max(...calls.map(({ ids }) => ids.length))).toBe(500);
    expect(mostInFlight()).toBe(2);
  });

  it('keeps each request within its bytes; a document larger than that travels alone', async () => {
    const { target, calls } = client(created);
    await bulk(
      target,
      [...operations(7, 1_000_000), { id: 'big', version: 1, source: `{"a":"${'x'.repeat(6_000_000)}"}` }],
      batchContext(),
    );
    for (const { ids, bytes } of calls) expect(ids.length === 1 || bytes <= 5 * 1024 * 1024).toBe(true);
    expect(calls.find(({ ids }) => ids.includes('big'))?.ids).toEqual(['big']);
  });

  it('counts bytes, not characters: most texts here have three of them to a character', async () => {
    const { target, calls } = client(created);
    const source = `{"a":"${'अ'.repeat(400_000)}"}`;
    await bulk(
      target,
      ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, version: 1, source })),
      batchContext(),
    );
    expect(calls.map(({ ids }) => ids.length)).toEqual([4, 1]);
  });

  it.each([400, 413])(
    'cuts a request refused with %d until its culprit is alone, and only that one is poison',
    async (status) => {
      const { target } = client((call) => {
        if (call.ids.includes('p13'))
          throw refusal(status, engineError('action_request_validation_exception'));
        return created(call);
      });
      const results = await bulk(target, operations(40), batchContext());
      expect(results.filter(({ kind }) => kind !== 'done')).toEqual([
        {
          kind: 'poison',
          failure: { code: 'OPERATION_REFUSED', type: 'action_request_validation_exception' },
        },
      ]);
      expect(results[13]?.kind).toBe('poison');
    },
  );

  it('does not blame a document for a 400 that the engine did not say', async () => {
    const { target } = client(() => {
      throw refusal(400, '<html>Bad Request</html>');
    });
    expect(await bulk(target, operations(1), batchContext())).toMatchObject([{ kind: 'transient' }]);
  });

  it.each([
    [403, 'cluster_block_exception'],
    [404, 'index_not_found_exception'],
    [429, 'rejected_execution_exception'],
    [500, 'null_pointer_exception'],
    [503, 'unavailable_shards_exception'],
  ])(
    'takes a request answered with %d for transient, and keeps the type but not the reason',
    async (status, type) => {
      const { target } = client(() => {
        throw refusal(status, engineError(type));
      });
      expect(await bulk(target, operations(1), batchContext())).toEqual([
        { kind: 'transient', failure: { code: `SEARCH_${status}`, type } },
      ]);
    },
  );

  it('sends nothing once the deadline has passed', async () => {
    const { target, calls } = client(created);
    const results = await bulk(target, operations(1), batchContext({ deadlineMs: 0 }));
    expect(results).toEqual([{ kind: 'transient', failure: { code: 'DEADLINE' } }]);
    expect(calls).toEqual([]);
  });

  it('aborts a request in flight at the deadline, and one that takes longer than its bound', async () => {
    for (const [deadlineMs, code, afterMs] of [
      [1_000, 'DEADLINE', 1_000],
      [50_000, 'SEARCH_TIMEOUT', 20_000],
    ] as const) {
      const context = batchContext({ deadlineMs });
      const startedMs = context.clock.now();
      const results = await context.clock.runUntil(
        bulk({ client: hanging(), alias: 'products' }, operations(1), context),
      );
      expect(results).toEqual([{ kind: 'transient', failure: { code } }]);
      expect(context.clock.now() - startedMs).toBe(afterMs);
    }
  });
});

describe('what is sent', () => {
  it('writes under a version that is strictly higher, whatever holds the other', async () => {
    const world = projectedSearch();
    world.write(documentOf(7, 1));
    const sent = (version: number) =>
      world.run(bulk(world.projection, [documentOf(version, 2)], world.context));
    expect(await sent(7)).toEqual([{ kind: 'conflict', currentVersion: 7 }]);
    expect(await sent(8)).toEqual([{ kind: 'done' }]);
  });

  it('writes nothing, and creates no index, under a name that is no alias', async () => {
    const world = projectedSearch();
    world.index.call('PUT', '/_cluster/settings', { persistent: { 'action.auto_create_index': 'true' } });
    const target = { ...world.projection, alias: 'elsewhere' };
    expect(await world.run(bulk(target, [documentOf(7, 1)], world.context))).toMatchObject([
      { kind: 'transient' },
    ]);
    expect(world.index.indices()).toEqual(['products-v1']);
  });
});

/** Its requests end only by being aborted; what they return is a thenable, as the real client's. */
function hanging(): Client {
  return {
    bulk() {
      const { promise, reject } = Promise.withResolvers<never>();
      const request = {
        // biome-ignore lint/suspicious/noThenProperty: the client's requests are such thenables
        then: promise.then.bind(promise),
        abort() {
          reject(new errors.RequestAbortedError('aborted', {} as never));
          return request;
        },
      };
      return request;
    },
  } as unknown as Client;
}
