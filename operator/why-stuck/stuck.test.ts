/** What holds a shard up is told with the time that is left, and with the command that mends it. */
import { expect, test } from 'vitest';
import { renderStuck } from './render.ts';
import { describeStuck, type StuckFacts } from './stuck.ts';

const HOUR = 3_600_000;
const WRITTEN = Date.parse('2026-03-17T09:00:00Z');

const record = {
  eventID: 'e1',
  eventName: 'MODIFY',
  dynamodb: {
    ApproximateCreationDateTime: WRITTEN / 1000,
    SequenceNumber: '111',
    Keys: { PK: { S: 'PRODUCT#1' }, SK: { S: 'DETAILS' } },
    NewImage: { phone: { S: '+91 98765' } },
  },
};

const facts: StuckFacts = {
  mapping: 'products',
  processor: 'products',
  shardId: 'shard',
  record,
  verdict: { kind: 'unresolvable', failure: { code: 'SEARCH_UNREACHABLE' }, passing: true },
  codes: {},
  maximumRecordAgeMs: 12 * HOUR,
  nowMs: WRITTEN + 2 * HOUR,
  where: '--stage prod',
};

test('the record is named by key and position, never by what it holds', () => {
  const stuck = describeStuck(facts);
  expect(stuck).toMatchObject({
    record: { key: 'PK=PRODUCT#1 SK=DETAILS', sequenceNumber: '111', eventId: 'e1', ageMs: 2 * HOUR },
    untilGivenUpMs: 10 * HOUR,
    untilForgottenMs: 22 * HOUR,
  });
  expect(JSON.stringify(stuck) + renderStuck(stuck)).not.toContain('98765');
});

const commandOf = (changes: Partial<StuckFacts>) =>
  describeStuck({ ...facts, ...changes }).advice.filter((line) => line.startsWith('streamkeeper '));

test('a dependency that does not answer is mended, and nothing is redriven', () => {
  expect(commandOf({})).toEqual(['streamkeeper status --stage prod --processor products']);
});

test('a record that can never succeed is redriven once it is a letter', () => {
  const verdict = { kind: 'unresolvable', failure: { code: 'INVALID_PRODUCT' }, passing: false } as const;
  expect(commandOf({ verdict })).toEqual([
    'streamkeeper dlq redrive --stage prod --where processor=products,event=e1',
  ]);
});

test('a function that crashes is mended first, then its letters are redriven', () => {
  const batch = {
    shardId: 'shard',
    requestId: 'r',
    attempts: 4,
    outcome: 'error',
    errorType: 'Runtime.OutOfMemory',
    records: 1,
    since: '2026-03-17T09:00:00.000Z',
    last: '2026-03-17T09:10:00.000Z',
  } as const;
  expect(commandOf({ batch })[0]).toContain('streamkeeper dlq redrive --stage prod');
  expect(renderStuck(describeStuck({ ...facts, batch }))).toContain('Runtime.OutOfMemory');
});

test('where looking finds nothing wrong, the codes that the function reports are the error', () => {
  const stuck = describeStuck({ ...facts, verdict: { kind: 'apply' }, codes: { SEARCH_403: 2 } });
  expect(renderStuck(stuck)).toMatch(/error +SEARCH_403 \(2 records\)/);
  expect(stuck.advice[0]).toContain('SEARCH_403');
});

test.each<[StuckFacts['verdict'], RegExp, string]>([
  [{ kind: 'apply' }, /being worked on.* within 10 h/, 'status'],
  [{ kind: 'already-applied' }, /Its effect is in place/, 'why-stuck'],
  [{ kind: 'superseded' }, /Its effect is in place/, 'why-stuck'],
  [{ kind: 'gone' }, /Its effect is in place/, 'why-stuck'],
  [{ kind: 'ignored', rule: 'metadata' }, /Its effect is in place/, 'why-stuck'],
  [undefined, /could not be read or judged/, 'status'],
])('of a record that is %j what is to be done is said', (verdict, says, command) => {
  const { advice } = describeStuck({ ...facts, verdict });
  expect(advice.join(' ')).toMatch(says);
  expect(commandOf({ verdict })).toEqual([`streamkeeper ${command} --stage prod --processor products`]);
});

test('what is to be mended is to be mended within the time that is left, where there is an end to it', () => {
  const first = (changes: Partial<StuckFacts>) => describeStuck({ ...facts, ...changes }).advice[0];
  const apply = { verdict: { kind: 'apply' }, codes: { SEARCH_403: 2 } } as const;
  expect([first({}), first(apply)]).toEqual(Array(2).fill(expect.stringContaining(' within 10 h')));
  expect(first({ ...apply, maximumRecordAgeMs: undefined })).not.toContain('within');
});

test('a record of a clock that is ahead is new, and not younger than that', () => {
  const { record: told, untilGivenUpMs } = describeStuck({ ...facts, nowMs: WRITTEN - HOUR });
  expect([told?.ageMs, untilGivenUpMs]).toEqual([0, 12 * HOUR]);
});

test('all that is known of it is shown', () => {
  const failure = { code: 'INVALID_PRODUCT', type: 'kind', details: 'unit: number' };
  const verdict = { kind: 'unresolvable', failure, passing: false } as const;
  const stuck = describeStuck({ ...facts, verdict, codes: { INVALID_PRODUCT: 1, CLAIM_HELD: 2 } });
  expect(renderStuck(stuck).split('\n').slice(0, 9)).toEqual([
    'products: shard shard is held up by',
    '  item             PK=PRODUCT#1 SK=DETAILS',
    '  event            MODIFY e1',
    '  sequence number  111',
    '  written          2026-03-17 09:00:00Z (2 h ago)',
    '  error            INVALID_PRODUCT, kind, unit: number, CLAIM_HELD (2 records)',
    '  looked at now    unresolvable',
    '  given up in      10 h',
    '  forgotten in     22 h',
  ]);
});

test('a record that could not be read has no time left to tell', () => {
  const stuck = describeStuck({ ...facts, record: undefined, verdict: undefined });
  expect([stuck.record, stuck.untilGivenUpMs, stuck.untilForgottenMs]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
