/** Transactions: provider and service get their rating together, under a lock (API reference, "TransactWriteItems"). */
import {
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { dynamodbRatingTables } from '../../../processors/bookings/ratings/dynamodb-tables.ts';
import type { RatingWrite } from '../../../processors/bookings/ratings/tables.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import { makeTable, plainTable, type Tables } from './tables.ts';

const { signal } = new AbortController();

/** A provider and a service, both there, and what writes their ratings. */
async function market(tables: Tables, about = '') {
  const providers = await makeTable(tables, { key: ['providerId'] });
  const services = await makeTable(tables, { key: ['serviceId'] });
  await providers.put({ providerId: { S: 'p1' }, about: { S: about } });
  await services.put({ serviceId: { S: 's1' } });
  const { write } = dynamodbRatingTables(tables.client, {
    bookings: 'none',
    reviews: 'none',
    providers: providers.name,
    services: services.name,
  });
  return {
    write: (...writes: RatingWrite[]) => write(writes, signal),
    provider: () => providers.get({ providerId: { S: 'p1' } }),
    service: () => services.get({ serviceId: { S: 's1' } }),
  };
}

const rated = (table: 'providers' | 'services', expectedVersion: number | undefined): RatingWrite => ({
  table,
  id: table === 'providers' ? 'p1' : 's1',
  expectedVersion,
  version: (expectedVersion ?? 0) + 1,
  rating: 4.5,
  reviewCount: 2,
  recentReviews: new Map([['r1', 1_767_225_600]]),
  ...(table === 'services' ? { reviews: [] } : {}),
});

async function reasonsOf(tables: Tables, TransactItems: TransactWriteItem[]) {
  try {
    await tables.client.send(new TransactWriteItemsCommand({ TransactItems }));
    return 'done';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) return error instanceof Error ? error.name : error;
    return error.CancellationReasons?.map(({ Code }) => Code);
  }
}

export const transactionRules: readonly Rule<Tables>[] = [
  {
    title: 'a transaction whose conditions are met is written as a whole',
    aws: [
      { kind: 'written' },
      { kind: 'written' },
      {
        providerId: { S: 'p1' },
        about: { S: '' },
        rating: { N: '4.5' },
        reviewCount: { N: '2' },
        ratingVersion: { N: '2' },
        recentReviews: { M: { r1: { N: '1767225600' } } },
      },
      '2',
    ],
    async observe(tables) {
      const { write, provider, service } = await market(tables);
      return [
        await write(rated('providers', undefined), rated('services', undefined)),
        await write(rated('providers', 1), rated('services', 1)),
        await provider(),
        (await service())?.['ratingVersion']?.N,
      ];
    },
  },
  {
    title: 'a transaction of which one condition is not met writes nothing',
    aws: [{ kind: 'lock-lost' }, undefined, undefined],
    async observe(tables) {
      const { write, provider, service } = await market(tables);
      return [
        await write(rated('providers', undefined), rated('services', 7)),
        (await provider())?.['ratingVersion'],
        (await service())?.['ratingVersion'],
      ];
    },
  },
  {
    title: 'a transaction does not make an item that must be there',
    aws: { kind: 'lock-lost' },
    async observe(tables) {
      const { write } = await market(tables);
      return write({ ...rated('providers', undefined), id: 'nobody' });
    },
  },
  {
    title: 'the reasons of a cancellation stand in the order of the actions, None for those that were fit',
    aws: ['None', 'ConditionalCheckFailed', 'None'],
    async observe(tables) {
      const table = await plainTable(tables);
      const put = (id: string, ConditionExpression?: string): TransactWriteItem => ({
        Put: { TableName: table.name, Item: { id: { S: id } }, ConditionExpression },
      });
      return reasonsOf(tables, [put('a'), put('b', 'attribute_exists(id)'), put('c')]);
    },
  },
  {
    title: 'an item that an update would make too large cancels the transaction as a ValidationError',
    aws: { kind: 'refused', type: 'ValidationError' },
    async observe(tables) {
      const { write } = await market(tables, 'x'.repeat(380_000));
      const recentReviews = new Map(
        Array.from({ length: 300 }, (_, index) => [`${'r'.repeat(90)}${index}`, 1_767_225_600]),
      );
      return write({ ...rated('providers', undefined), recentReviews }, rated('services', undefined));
    },
  },
  {
    title: 'two actions on one item refuse the request',
    aws: 'ValidationException',
    async observe(tables) {
      const table = await plainTable(tables);
      const put = { Put: { TableName: table.name, Item: { id: { S: 'a' } } } };
      return reasonsOf(tables, [put, put]);
    },
  },
  {
    title:
      'a transaction that is sent again with its token is carried out once; another with that token is refused',
    aws: ['done', 'done', 'IdempotentParameterMismatchException', '1'],
    async observe(tables) {
      const table = await plainTable(tables);
      const add = (amount: string) =>
        outcomeOf(
          tables.client.send(
            new TransactWriteItemsCommand({
              ClientRequestToken: 'one-and-the-same',
              TransactItems: [
                {
                  Update: {
                    TableName: table.name,
                    Key: { id: { S: 'a' } },
                    UpdateExpression: 'ADD n :amount',
                    ExpressionAttributeValues: { ':amount': { N: amount } },
                  },
                },
              ],
            }),
          ),
        );
      const outcomes = [await add('1'), await add('1'), await add('2')];
      return [...outcomes, (await table.get({ id: { S: 'a' } }))?.['n']?.N];
    },
  },
];
