import { type Client, errors } from '@opensearch-project/opensearch';
import { expect, test } from 'vitest';
import { forbidAutoCreate, refusing } from './auto-create.ts';

test('where everything is created, everything but our names still is', () => {
  expect(refusing(undefined, 'products')).toBe('-products,-products-v*,+*');
  expect(refusing('true', 'products')).toBe('-products,-products-v*,+*');
});

test('a list keeps its rules, after ours', () => {
  expect(refusing('+logs-*,-*', 'products')).toBe('-products,-products-v*,+logs-*,-*');
});

test('where nothing is created, and where our names are refused first, nothing changes', () => {
  expect(refusing('false', 'products')).toBeUndefined();
  expect(refusing('-products,-products-v*,+*', 'products')).toBeUndefined();
});

test('several aliases are refused side by side', () => {
  const both = refusing(refusing(undefined, 'products'), 'chats') ?? '';
  expect(both).toBe('-chats,-chats-v*,-products,-products-v*,+*');
  expect(refusing(both, 'products')).toBeUndefined();
});

/** A cluster whose settings answer as told. */
function cluster(put: () => Promise<unknown>): Client {
  return { cluster: { getSettings: async () => ({ body: {} }), putSettings: put } } as unknown as Client;
}
const refusal = (statusCode: number) => async () => {
  throw new errors.ResponseError({ statusCode, body: {} } as never);
};

test.each([400, 401, 403, 405])(
  'a cluster that refuses with %i is a warning that says what to do',
  async (status) => {
    const [warning] = await forbidAutoCreate(cluster(refusal(status)), 'products');
    expect(warning).toMatch(new RegExp(`status ${status}.*put -products,-products-v\\* in front`));
  },
);

test.each([429, 500, 503])(
  'a cluster that answers %i is asked again, by whoever waits for it',
  async (status) => {
    await expect(forbidAutoCreate(cluster(refusal(status)), 'products')).rejects.toMatchObject({
      statusCode: status,
    });
  },
);

test('a setting that never stays is a warning, not an endless loop', async () => {
  expect(
    await forbidAutoCreate(
      cluster(async () => ({})),
      'products',
    ),
  ).toHaveLength(1);
});
