/** A mapping that is off is said to be off, once, and nothing beside it says otherwise. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestQueues, type TestQueues } from '../dead-letters/test-queues.ts';
import type { SystemOptions } from '../system/options.ts';
import type { System } from '../system/system.ts';
import { testContext } from './testing.ts';
import { whyStuck } from './why-stuck.ts';

let queues: TestQueues;
beforeAll(async () => {
  queues = await startTestQueues();
});
afterAll(() => queues.stop());

/** Mappings in these states, by processor; nothing else of them is known. */
async function systemOf(states: Readonly<Record<string, string>>): Promise<System> {
  const lambda = {
    send: async ({ input }: { input: { UUID: string } }) => ({ State: states[input.UUID] }),
  } as unknown as LambdaClient;
  const processors = await Promise.all(
    Object.keys(states).map((name) =>
      queues.addProcessor(name, [{ id: name, word: '', table: name, streamArn: 'arn' }]),
    ),
  );
  const [first] = processors;
  if (first === undefined) throw new Error('no processor');
  return { ...first.system({ lambda }), processors };
}

async function said(
  states: Readonly<Record<string, string>>,
  processor?: readonly string[],
  given: SystemOptions = {},
) {
  const context = testContext();
  const asked = processor === undefined ? {} : { processor };
  await whyStuck({ limit: 10, json: false, ...given, ...asked }, context, await systemOf(states));
  return { lines: context.printed().trim().split('\n'), exitCode: context.exitCode() };
}

test.each([[undefined], [['bids']]])(
  'a mapping that is off is all there is to say, asked for %o',
  async (asked) => {
    const { lines, exitCode } = await said({ bids: 'Disabled' }, asked);
    expect(lines).toEqual([
      '? bids: is Disabled, so its records wait; streamkeeper resume --stage test --processor bids turns it on',
    ]);
    expect(exitCode).toBe(1);
  },
);

test('the command that turns it on can be copied: it names the profile and the region that this one was called with', async () => {
  const given = { profile: 'mine', region: 'eu-west-1' };
  const { lines } = await said({ bids: 'Disabled' }, undefined, given);
  expect(lines[0]).toContain(
    'streamkeeper resume --stage test --profile mine --region eu-west-1 --processor bids turns it on',
  );
});

test('beside one that is off, nothing is said of the others but of the others', async () => {
  const { lines } = await said({ bids: 'Disabled', products: 'Enabled' });
  expect(lines.slice(1)).toEqual(['Of the other mappings no shard is held up, as far as was looked.']);
});

test('where all are on, no shard is held up as far as was looked', async () => {
  expect(await said({ bids: 'Enabled' })).toEqual({
    lines: ['No shard is held up, as far as was looked.'],
    exitCode: 0,
  });
});
