/** What a table says of itself: set-up, checks and the operator's tool read it (API reference, "DescribeTable"). */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { keySchemaOf } from '../../../operator/redrive/item-now.ts';
import { outcomeOf, type Rule } from '../rule.ts';
import { makeTable, plainTable, sessionsTable, type Tables } from './tables.ts';

export const definitionRules: readonly Rule<Tables>[] = [
  {
    title: 'a table describes its keys, their types and its indexes',
    aws: [
      { partitionKey: 'PK', types: { PK: 'S', SK: 'S' } },
      [
        {
          IndexName: 'UserIndex',
          KeySchema: [
            { AttributeName: 'user_id', KeyType: 'HASH' },
            { AttributeName: 'last_activity', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      'ACTIVE',
    ],
    async observe(tables) {
      const { name } = await sessionsTable(tables);
      const { Table: table } = await tables.client.send(new DescribeTableCommand({ TableName: name }));
      return [
        await keySchemaOf(tables.client, name),
        table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          Projection,
        })),
        table?.TableStatus,
      ];
    },
  },
  {
    title: 'a table describes its stream, whose name begins with its own',
    aws: [{ StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }, true, true],
    async observe(tables) {
      const { name, streamArn } = await makeTable(tables, { key: ['id'], stream: true });
      const { Table: table } = await tables.client.send(new DescribeTableCommand({ TableName: name }));
      return [
        table?.StreamSpecification,
        table?.LatestStreamArn === streamArn,
        new RegExp(`^arn:aws:dynamodb:[^:]*:\\d{12}:table/${name}/stream/.+`).test(streamArn),
      ];
    },
  },
  {
    title: 'a table without a stream names none',
    aws: undefined,
    async observe(tables) {
      const { name } = await plainTable(tables);
      const { Table: table } = await tables.client.send(new DescribeTableCommand({ TableName: name }));
      return table?.LatestStreamArn;
    },
  },
  {
    title: 'a table that is not there is a ResourceNotFoundException, whatever is asked of it',
    aws: ['ResourceNotFoundException', 'ResourceNotFoundException'],
    async observe({ client }) {
      return [
        await outcomeOf(client.send(new DescribeTableCommand({ TableName: 'contract-never' }))),
        await outcomeOf(
          client.send(new GetItemCommand({ TableName: 'contract-never', Key: { id: { S: 'a' } } })),
        ),
      ];
    },
  },
  {
    title: 'a table that is there is not made again',
    aws: 'ResourceInUseException',
    async observe(tables) {
      const { name } = await plainTable(tables);
      return outcomeOf(
        tables.client.send(
          new CreateTableCommand({
            TableName: name,
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          }),
        ),
      );
    },
  },
  {
    title: 'time to live is off where nobody switched it on, and names its attribute where somebody did',
    aws: ['DISABLED', 'ttl', true],
    async observe(tables) {
      const { name } = await plainTable(tables);
      const described = async () =>
        (await tables.client.send(new DescribeTimeToLiveCommand({ TableName: name }))).TimeToLiveDescription;
      const before = await described();
      await tables.client.send(
        new UpdateTimeToLiveCommand({
          TableName: name,
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        }),
      );
      const after = await described();
      return [
        before?.TimeToLiveStatus,
        after?.AttributeName,
        /^ENABL(ED|ING)$/.test(after?.TimeToLiveStatus ?? ''),
      ];
    },
  },
];
