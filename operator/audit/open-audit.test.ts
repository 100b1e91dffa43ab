/** Who begins a command, where and why is in the first line of its trail: of AWS by its identity, of this machine by its user. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { System } from '../system/system.ts';
import type { AuditStart } from './entry.ts';
import { type AuditOptions, openAudit } from './open-audit.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-open-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Surroundings {
  readonly environment?: NodeJS.ProcessEnv;
  readonly gatewayUrl?: string;
  readonly refuses?: Error;
  readonly callerArn?: () => Promise<string>;
}

/** The first line, on a stage with a bucket of its own that takes nothing. */
async function begun(
  options: Partial<AuditOptions>,
  { environment, gatewayUrl, refuses, callerArn }: Surroundings = {},
) {
  const path = join(folder, `${files++}.jsonl`);
  const clients = {
    callerArn,
    s3: {
      config: { credentials: async () => ({ accessKeyId: 'AKIA' }) },
      send: async () => {
        throw refuses ?? new Error('the bucket of the stage');
      },
    },
  } as unknown as System['clients'];
  await openAudit(
    { clock: new VirtualClock(0), environment: environment ?? {}, err: process.stderr },
    { audit: { bucket: 'stage' }, clients, gatewayUrl, stage: 'prod' },
    { yes: false, audit: `file:${path}`, ...options },
    { command: 'dlq discard', arguments: ['--where code=X'] },
  );
  return JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '') as AuditStart;
}

test('the entry says what was begun on which stage, with what, and why', async () => {
  expect(await begun({ reason: 'ticket 812' })).toMatchObject({
    stage: 'prod',
    command: 'dlq discard',
    arguments: ['--where code=X'],
    reason: 'ticket 812',
  });
  expect(await begun({})).not.toHaveProperty('reason');
});

test('the entry names the AWS identity, or the access key alone where nobody says whose it is', async () => {
  const arn = 'arn:aws:iam::123456789012:user/asha';
  const named = await begun({}, { callerArn: async () => arn });
  expect(named.who).toMatchObject({ arn, accessKeyId: 'AKIA' });
  const unnamed = await begun({}, { callerArn: () => Promise.reject(new Error('denied')) });
  expect([unnamed.who.arn, unnamed.who.accessKeyId]).toEqual([undefined, 'AKIA']);
});

test.each([
  ['as it was given', { profile: 'given' }, { AWS_PROFILE: 'set' }, 'given'],
  ['as it is set', {}, { AWS_PROFILE: 'set' }, 'set'],
  ['not at all where there is none', {}, {}, undefined],
])('the entry names the profile %s', async (_, options, environment, profile) => {
  const { who } = await begun(options, { environment });
  expect([who.accessKeyId, who.profile]).toEqual(['AKIA', profile]);
});

test('on this machine only its user and host are named: the local run’s credentials are nobody’s', async () => {
  const { who } = await begun({ profile: 'p' }, { gatewayUrl: 'http://127.0.0.1:1' });
  expect(Object.keys(who).sort()).toEqual(['host', 'user']);
});

test('a place that is named is taken instead of the bucket of the stage', async () => {
  await expect(begun({})).resolves.toBeDefined();
  const [ended] = await Promise.allSettled([begun({ audit: true })]);
  expect(ended).toMatchObject({ status: 'rejected', reason: expect.any(Problem) });
  expect(String(ended?.status === 'rejected' && ended.reason)).toMatch(
    /s3:\/\/stage\/audit .*nothing was done/,
  );
});

test('what a place says of itself is said as it is', async () => {
  const refuses = new Problem('the key at is no text');
  await expect(begun({ audit: true }, { refuses })).rejects.toBe(refuses);
});
