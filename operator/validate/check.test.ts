/** What is deployed is compared with what the template says, part by part; what cannot be asked is said, and is no difference. */
import { expect, test } from 'vitest';
import type { ChosenMapping } from '../mappings/choose.ts';
import type { Clients, System } from '../system/system.ts';
import { check } from './check.ts';
import type { Expected } from './expected.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/bids/stream/2026';
const chosen: ChosenMapping = {
  title: 'bids',
  processor: {
    name: 'bids',
    functionName: 'bids',
    queueUrl: 'queue',
    failureBucket: 'failures',
    setUpFunctionName: undefined,
    mappings: [],
  },
  mapping: { id: 'id', word: '', table: 'bids', streamArn: STREAM },
};
const LIVE = {
  State: 'Enabled',
  EventSourceArn: STREAM,
  FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bids',
  DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failures' } },
};

const expected = (type: string, live: string | undefined, properties: Record<string, unknown> = {}) =>
  ({ key: 'key', stack: 'stack', type, live, properties }) as Expected;
const answering = (answer: unknown) => ({
  send: async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  },
});

async function checked(
  one: Expected | undefined,
  {
    mapping = LIVE,
    table = { Table: { LatestStreamArn: STREAM } },
    queue = {},
  }: Record<string, unknown> = {},
) {
  const clients = {
    lambda: answering(mapping),
    sqs: answering({ Attributes: queue }),
    dynamodb: () => answering(table),
  } as unknown as Clients;
  const system = { clients, gatewayUrl: undefined } as unknown as System;
  const { differences, unchecked } = await check(system, [chosen], {
    expected: one === undefined ? [] : [one],
    missingStacks: [],
  });
  return {
    differences: differences.map(({ field, template, live }) => `${field}: ${template} → ${live}`),
    unchecked,
  };
}

const MAPPING = 'AWS::Lambda::EventSourceMapping';
test.each<[string, Record<string, unknown>, string, readonly string[]]>([
  ['on as it is to be', {}, 'Enabled', []],
  ['off, and is to be on', {}, 'Disabled', ['state: Enabled → Disabled']],
  ['off as it is to be', { Enabled: false }, 'Disabled', []],
  ['on, and is to be off', { Enabled: false }, 'Enabled', ['state: Disabled → Enabled']],
])('a mapping that is %s is told', async (_, properties, State, states) => {
  const { differences } = await checked(expected(MAPPING, 'id', properties), { mapping: { ...LIVE, State } });
  expect(differences.filter((line) => line.startsWith('state'))).toEqual(states);
});

test('a mapping that goes on reading the stream that its table had before is told', async () => {
  const anew = STREAM.replace('2026', '2027');
  expect((await checked(undefined, { table: { Table: { LatestStreamArn: anew } } })).differences).toEqual([
    `latestStreamOfTable: ${STREAM} → ${anew}`,
  ]);
  expect((await checked(undefined, { table: { Table: {} } })).differences).toEqual([
    `latestStreamOfTable: ${STREAM} → off`,
  ]);
  expect((await checked(undefined)).differences).toEqual([]);
});

test('a queue that keeps letters for another time, or hides them for another time, is told', async () => {
  const wanted = { MessageRetentionPeriod: 1_209_600, VisibilityTimeout: 300 };
  const of = async (changes: Record<string, string>) => {
    const queue = { MessageRetentionPeriod: '1209600', VisibilityTimeout: '300', ...changes };
    return (await checked(expected('AWS::SQS::Queue', 'queue', wanted), { queue })).differences;
  };
  expect(await of({})).toEqual([]);
  expect(await of({ MessageRetentionPeriod: '345600' })).toEqual(['retentionSeconds: 1209600 → 345600']);
  expect(await of({ VisibilityTimeout: '30' })).toEqual(['visibilityTimeoutSeconds: 300 → 30']);
});

test('what is not there differs; what may not be asked is unchecked', async () => {
  const error = (name: string) => Object.assign(new Error(name), { name });
  const mapping = expected(MAPPING, 'id');
  expect(await checked(mapping, { mapping: error('ResourceNotFoundException') })).toEqual({
    differences: ['there: yes → no'],
    unchecked: [],
  });
  expect((await checked(mapping, { mapping: error('AccessDeniedException') })).differences).toEqual([]);
  expect((await checked(mapping, { mapping: error('AccessDeniedException') })).unchecked).toHaveLength(1);
  expect((await checked(expected(MAPPING, undefined))).differences).toEqual(['output key: yes → no']);
});
