import { Client, errors } from '@opensearch-project/opensearch';
import { expect, test } from 'vitest';
import { inProcessConnection } from './connection.ts';
import {
  always,
  answeredLate,
  documentRefused,
  dropped,
  firstOf,
  type Intercept,
  isBulk,
  itemsRefused,
  landedLate,
  queueFull,
  refused,
  reset,
  resetAfterLanding,
  times,
  unavailable,
} from './faults.ts';
import { testEngine } from './test-engine.ts';

function connected(intercept?: Intercept) {
  const { engine, clock, call } = testEngine();
  const client = new Client({
    node: 'http://embedded',
    maxRetries: 0,
    Connection: inProcessConnection(engine, intercept),
  });
  const write = () => client.index({ index: 'things', id: 'a', body: { name: 'a' } });
  const exists = () => call('HEAD', '/things/_doc/a').status === 200;
  return { client, clock, write, exists };
}

test('a request is answered without time passing', async () => {
  const { client, clock, write } = connected();
  const before = clock.now();
  expect((await clock.runUntil(write())).statusCode).toBe(201);
  expect((await clock.runUntil(client.get({ index: 'things', id: 'a' }))).body._source).toEqual({
    name: 'a',
  });
  expect(clock.now()).toBe(before);
});

test('a dropped request ends with the client’s time-out, and never lands', async () => {
  const { clock, write, exists } = connected(always(dropped));
  const before = clock.now();
  await expect(clock.runUntil(write())).rejects.toBeInstanceOf(errors.TimeoutError);
  expect(clock.now() - before).toBe(30_000);
  expect(exists()).toBe(false);
});

test('an aborted request is over for the client, and lands all the same', async () => {
  const { clock, client, exists } = connected(always(landedLate(5_000)));
  const request = client.index({ index: 'things', id: 'a', body: {} });
  clock.after(1_000, () => request.abort());
  await expect(clock.runUntil(Promise.resolve(request))).rejects.toBeInstanceOf(errors.RequestAbortedError);
  expect(exists()).toBe(false);
  await clock.advance(4_000);
  expect(exists()).toBe(true);
});

test('a broken connection is an error of the connection, whether the request landed or not', async () => {
  const { clock, write, exists } = connected(firstOf(times(1, reset), times(1, resetAfterLanding)));
  await expect(clock.runUntil(write())).rejects.toBeInstanceOf(errors.ConnectionError);
  expect(exists()).toBe(false);
  await expect(clock.runUntil(write())).rejects.toBeInstanceOf(errors.ConnectionError);
  expect(exists()).toBe(true);
});

test('a late answer comes as late as it is told to', async () => {
  const { clock, write } = connected(always(answeredLate(700)));
  const before = clock.now();
  await clock.runUntil(write());
  expect(clock.now() - before).toBe(700);
});

test('a refused request has the status and type of its error', async () => {
  const { clock, write, exists } = connected(
    firstOf(times(1, refused(queueFull())), times(1, refused(unavailable()))),
  );
  await expect(clock.runUntil(write())).rejects.toMatchObject({ statusCode: 429 });
  await expect(clock.runUntil(write())).rejects.toMatchObject({ statusCode: 503 });
  expect(exists()).toBe(false);
});

test('single items of a bulk are refused while their neighbours are written', async () => {
  const refuseItem = ({ id }: { id: string | undefined }) =>
    id === 'full' ? queueFull() : id === 'bad' ? documentRefused() : undefined;
  const { client, clock } = connected(always(itemsRefused(refuseItem), isBulk));
  const body = ['full', 'bad', 'a'].flatMap((_id) => [{ index: { _index: 'things', _id } }, {}]);
  const answer = await clock.runUntil(client.bulk({ body }));
  expect(answer.body.items.map((item) => item.index?.status)).toEqual([429, 400, 201]);
});
