/** A filter is the one that its mapping has, or is said to be unknown: none is ever taken for another, or for none. */
import { expect, test } from 'vitest';
import { mappingFilters } from './mapping-filter.ts';

const pattern = (kind: string) => ({ Pattern: JSON.stringify({ kind: [kind] }) });

/** What Lambda answers, by mapping. */
function lambdaOf(answers: Readonly<Record<string, object | Error>>) {
  const asked: string[] = [];
  const send = async ({ input }: { input: { UUID: string } }) => {
    asked.push(input.UUID);
    const answer = answers[input.UUID];
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  };
  const { signal } = new AbortController();
  return { asked, filterOf: mappingFilters({ send } as never, signal) };
}

test('each mapping has its own filter, and is asked once', async () => {
  const { asked, filterOf } = lambdaOf({
    bids: { FilterCriteria: { Filters: [pattern('bid'), pattern('purchase')] } },
    products: { FilterCriteria: { Filters: [pattern('product')] } },
    all: { FilterCriteria: { Filters: [] } },
  });
  const passing = async (id: string) => {
    const filter = await filterOf({ id });
    if (filter.kind !== 'filter') return filter.kind;
    return ['bid', 'purchase', 'product'].filter((kind) => filter.passes({ kind }));
  };
  expect(await Promise.all(['bids', 'products', 'bids', 'all'].map(passing))).toEqual([
    ['bid', 'purchase'],
    ['product'],
    ['bid', 'purchase'],
    'none',
  ]);
  expect(asked.sort()).toEqual(['all', 'bids', 'products']);
});

test('a filter that cannot be read is unknown, with the reason', async () => {
  const { filterOf } = lambdaOf({
    refused: Object.assign(new Error('no'), { name: 'AccessDeniedException' }),
    encrypted: { FilterCriteriaError: { ErrorCode: 'KMSAccessDenied' } },
    odd: { FilterCriteria: { Filters: [{ Pattern: '{"kind":[{"cidr":"1"}]}' }] } },
  });
  expect(await filterOf({ id: 'refused' })).toMatchObject({
    kind: 'unknown',
    details: expect.stringContaining('AccessDeniedException'),
  });
  expect(await filterOf({ id: 'encrypted' })).toMatchObject({
    kind: 'unknown',
    details: expect.stringContaining('KMSAccessDenied'),
  });
  expect(await filterOf({ id: 'odd' })).toMatchObject({ kind: 'unknown' });
  expect(await filterOf(undefined)).toMatchObject({ kind: 'unknown' });
});

test('an interrupt is no unknown filter', async () => {
  const interrupt = new AbortController();
  const send = async () => {
    interrupt.abort(new Error('enough'));
    throw new Error('cut off');
  };
  const filterOf = mappingFilters({ send } as never, interrupt.signal);
  await expect(filterOf({ id: 'any' })).rejects.toThrow('enough');
});
