import { expect, it } from 'vitest';
import { type Delivery, documentRefused, refused, unavailable } from '../../../local/search-engine/index.ts';
import { documentOf, type ProjectedSearch, projectedSearch } from '../../../test/support/projected-search.ts';
import { readDocuments, readStored } from './stored.ts';

const read = (world: ProjectedSearch, ids: readonly string[] = ['p1']) =>
  world.run(readStored(world.projection, ids, world.context));

const answers = (...docs: object[]): Delivery => ({
  kind: 'refused',
  answer: { status: 200, body: { docs } },
});

it('says of each id, in order, what is stored there, and whose it is', async () => {
  const world = projectedSearch();
  world.write(documentOf(7, 1, 'event-7'));
  world.write({ ...documentOf(8, 1), id: 'p3' });
  expect(await read(world, ['p3', 'p2', 'p1'])).toEqual([
    { kind: 'present', version: 8 },
    { kind: 'absent' },
    { kind: 'present', version: 7, eventId: 'event-7' },
  ]);
});

it('a document of which the engine says an error may be there', async () => {
  const world = projectedSearch();
  const error = { type: 'no_shard_available_action_exception', reason: 'of products-v1' };
  world.before = () => answers({ _id: 'p1', error });
  expect(await read(world)).toEqual([
    { kind: 'transient', failure: { code: 'SEARCH_READ_FAILED', type: error.type } },
  ]);
});

it.each([
  ['nothing', []],
  ['neither that it is there nor that it is not', [{ _id: 'p1' }]],
  ['no version', [{ _id: 'p1', found: true, _source: {} }]],
  ['a version beyond what a number holds', [{ _id: 'p1', found: true, _version: 2 ** 53, _source: {} }]],
])('a document of which the engine says %s may be there', async (_, docs) => {
  const world = projectedSearch();
  world.before = () => answers(...docs);
  expect(await read(world)).toEqual([{ kind: 'transient', failure: { code: 'SEARCH_READ_FAILED' } }]);
});

it.each([
  ['SEARCH_503', refused(unavailable())],
  ['SEARCH_400', refused(documentRefused())],
])(
  'no document is taken for absent when the request is answered with an error: %s',
  async (code, delivery) => {
    const world = projectedSearch();
    world.before = () => delivery;
    expect(await read(world, ['p1', 'p2'])).toMatchObject([
      { kind: 'transient', failure: { code } },
      { kind: 'transient', failure: { code } },
    ]);
  },
);

it('asks for a thousand ids at once, or for 250 whole documents, and answers in order all the same', async () => {
  const world = projectedSearch();
  const ids = Array.from({ length: 1_001 }, (_, index) => `n${index}`);
  world.write({ ...documentOf(7, 1, 'event-7'), id: 'n1000' });
  world.write({ ...documentOf(8, 1), id: 'n250' });
  const stored = await read(world, ids);
  expect(stored.flatMap(({ kind }, index) => (kind === 'present' ? index : []))).toEqual([250, 1_000]);
  expect(stored).toHaveLength(1_001);
  expect(world.asked).toEqual(['_mget', '_mget']);
  const documents = await world.run(readDocuments(world.projection, ids.slice(0, 251), world.context));
  expect(documents).toHaveLength(251);
  expect(documents.at(-1)).toMatchObject({ version: 8, document: { productId: 'p1', quantity: 1 } });
  expect(world.asked).toHaveLength(4);
});
