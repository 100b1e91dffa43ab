/** The letters of several processors are one choice, whatever queue they wait in; and whatever happens, nothing stays held. */

import { randomUUID } from 'node:crypto';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { streamRecord } from '../../test/support/record.ts';
import { startTestQueues, type TestProcessor, type TestQueues } from '../dead-letters/test-queues.ts';
import { envelope } from '../dead-letters/testing.ts';
import { ANYWHERE } from '../dead-letters/where.ts';
import type { Clients } from '../system/system.ts';
import { chosenOf, keySchemas, type Share, withShares } from './open-shares.ts';
import { emptySpill } from './testing.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

async function processor(name: string, ...days: readonly string[]): Promise<TestProcessor> {
  const made = await queues.addProcessor(name);
  await made.send(
    ...days.map((day) =>
      envelope({
        processor: name,
        failedAt: `2026-01-${day}T00:00:00.000Z`,
        record: streamRecord({ eventID: `${name} ${day}` }),
      }),
    ),
  );
  return made;
}

function opening<T>(
  processors: readonly TestProcessor[],
  use: (shares: readonly Share[]) => Promise<T>,
  { limit, sqs }: { limit?: number; sqs?: Clients['sqs'] } = {},
): Promise<T> {
  const [first] = processors;
  if (first === undefined) throw new Error('no processor');
  const { clients } = first.system(sqs === undefined ? {} : { sqs });
  return withShares(
    { clients, processors },
    processors,
    { where: ANYWHERE, limit },
    {
      clock: systemClock,
      random: () => 0,
      newId: randomUUID,
      signal: new AbortController().signal,
      spill: emptySpill,
      onLetter: () => {},
      waitSeconds: 0,
    },
    use,
  );
}

/** As the real queues, but where a request is refused. */
function refusing(isRefused: (name: string, queueUrl: string) => boolean): Clients['sqs'] {
  const send = async (command: { input: { QueueUrl: string } }) => {
    if (isRefused(command.constructor.name, command.input.QueueUrl))
      throw Object.assign(new Error('refused'), { name: 'AccessDenied' });
    return queues.sqs.send(command as never);
  };
  return { ...queues.sqs, send } as unknown as Clients['sqs'];
}

const held = async (processors: readonly TestProcessor[]) =>
  Promise.all(processors.map(async (one) => (await one.messages()).hidden));

test('a limit takes the oldest records of all processors together', async () => {
  const all = [await processor('bids', '03', '01'), await processor('products', '02', '04')];
  const chosen = await opening(all, async (shares) => shares.map(chosenOf), { limit: 2 });
  expect(chosen.flat().map(({ sent }) => sent.eventId)).toEqual(['bids 01', 'products 02']);
});

test('what every processor holds is hidden while it is worked on, and given back when the work fails', async () => {
  const all = [await processor('bids', '01'), await processor('products', '01', '02')];
  const during: number[] = [];
  const work = opening(all, async () => {
    during.push(...(await held(all)));
    throw new Error('the work');
  });
  await expect(work).rejects.toThrow('the work');
  expect([during, await held(all)]).toEqual([
    [1, 2],
    [0, 0],
  ]);
});

test('where one queue cannot be read nothing is worked on, and the others’ letters are not held', async () => {
  const [bids, products] = [await processor('bids', '01'), await processor('products', '01', '02')];
  const sqs = refusing((name, queueUrl) => name === ReceiveMessageCommand.name && queueUrl === bids.queueUrl);
  let worked = false;
  const work = opening(
    [bids, products],
    async () => {
      worked = true;
    },
    { sqs },
  );
  await expect(work).rejects.toThrow(/AccessDenied|refused/);
  expect([worked, await held([bids, products])]).toEqual([false, [0, 0]]);
});

test('what was done counts, also where it cannot be given back what is still held', async () => {
  const all = [await processor('bids', '01')];
  const sqs = refusing((name) => name.startsWith('ChangeMessageVisibility'));
  expect(await opening(all, async () => 'done', { sqs })).toBe('done');
});

test('each table is described once, however many ask', async () => {
  const described: string[] = [];
  const client = (table: string) => ({
    send: async (command: unknown) => {
      if (!(command instanceof DescribeTableCommand)) throw new Error('another command');
      described.push(table);
      const key = `${table}-key`;
      return {
        Table: {
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        },
      };
    },
  });
  const schemaOf = keySchemas({ dynamodb: client } as unknown as Clients);
  const schemas = await Promise.all(['bids', 'products', '', 'bids', 'products'].map(schemaOf));
  expect(schemas.map((schema) => schema?.partitionKey)).toEqual([
    'bids-key',
    'products-key',
    undefined,
    'bids-key',
    'products-key',
  ]);
  expect(described).toEqual(['bids', 'products']);
});
