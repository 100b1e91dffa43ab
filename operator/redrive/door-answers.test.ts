/** An answer of a function's door is believed as a whole or not at all, and nothing that it says of a record is lost. */
import { expect, test } from 'vitest';
import { readDecisions, readOutcomes, readPlan } from './door-answers.ts';

const sent = [
  { eventId: 'a', sequenceNumber: '1' },
  { eventId: undefined, sequenceNumber: undefined },
];
const one = { eventId: 'a', sequenceNumber: '1', outcome: 'applied', settled: true };
const two = {
  eventId: null,
  sequenceNumber: null,
  outcome: 'transient',
  settled: false,
  failure: { code: 'X' },
};
const answer = (outcomes: unknown, id = 'run') => ({ redrive: { id }, outcomes });

test('an answer is taken when it is about each record sent, in order', () => {
  expect(readOutcomes(answer([one, two]), 'run', sent)).toEqual({
    ok: true,
    answers: [
      { kind: 'applied', settled: true },
      { kind: 'transient', settled: false, failure: { code: 'X' } },
    ],
  });
});

test.each([
  ['another run', answer([one, two], 'other')],
  ['too few', answer([one])],
  ['too many', answer([one, two, two])],
  ['in another order', answer([two, one])],
  ['about another event', answer([{ ...one, eventId: 'b' }, two])],
  ['about another position', answer([{ ...one, sequenceNumber: '2' }, two])],
  ['about an event where none was sent', answer([one, { ...two, eventId: 'b' }])],
  ['about a position where none was sent', answer([one, { ...two, sequenceNumber: '2' }])],
  ['settled, but poison', answer([{ ...one, outcome: 'poison' }, two])],
  ['settled, without having been applied', answer([one, { ...two, settled: true }])],
  ['applied, and not settled', answer([{ ...one, settled: false }, two])],
  ['ignored, and not settled', answer([{ ...one, outcome: 'ignored', rule: 'r', settled: false }, two])],
  ['ignored by no rule', answer([{ ...one, outcome: 'ignored' }, two])],
  ['an unknown outcome', answer([{ ...one, outcome: 'fine' }, two])],
  ['a failure without a code', answer([one, { ...two, failure: {} }])],
  ['no list', answer('all')],
  ['a partial batch response', { batchItemFailures: [] }],
  ['nothing', null],
])('an answer settles nothing when it is odd: %s', (_, odd) => {
  expect(readOutcomes(odd, 'run', sent)).toMatchObject({ ok: false, failure: { code: 'ODD_ANSWER' } });
});

const failure = { code: 'X', type: 'y', details: 'z' };
const about = ({ eventId, sequenceNumber }: typeof one | typeof two) => ({ eventId, sequenceNumber });

test('an answer says by which rule a record is ignored, and all that is known of a failure', () => {
  const ignored = { ...one, outcome: 'ignored', rule: 'other-row' };
  expect(readOutcomes(answer([ignored, { ...two, failure }]), 'run', sent)).toEqual({
    ok: true,
    answers: [
      { kind: 'ignored', settled: true, rule: 'other-row' },
      { kind: 'transient', settled: false, failure },
    ],
  });
});

test.each([true, false])('an answer to a plan says whether a record may be judged later: %s', (passing) => {
  const plan = [
    { ...about(one), verdict: 'ignored', rule: 'other-row' },
    { ...about(two), verdict: 'unresolvable', failure, passing },
  ];
  expect(readPlan({ redrive: { id: 'run' }, plan }, 'run', sent)).toEqual({
    ok: true,
    answers: [
      { kind: 'ignored', rule: 'other-row' },
      { kind: 'unresolvable', failure, passing },
    ],
  });
  const [first, { passing: _, ...unsaid } = {}] = plan as [object, { passing?: boolean }];
  expect(readPlan({ redrive: { id: 'run' }, plan: [first, unsaid] }, 'run', sent).ok).toBe(false);
});

test('an answer to what records mean says effect, rule or failure', () => {
  const three = [...sent, { eventId: 'c', sequenceNumber: undefined }];
  const decisions = [
    { ...about(one), decision: 'effect', key: 'p1', effect: { a: 1 } },
    { ...about(two), decision: 'ignored', rule: 'other-row' },
    { eventId: 'c', sequenceNumber: null, decision: 'poison', failure },
  ];
  expect(readDecisions({ redrive: { id: 'run' }, decisions }, 'run', three)).toEqual({
    ok: true,
    answers: [
      { kind: 'effect', key: 'p1', effect: { a: 1 } },
      { kind: 'ignored', rule: 'other-row' },
      { kind: 'poison', failure },
    ],
  });
});

test('an answer as to a mapping says that the function has no marked door', () => {
  expect(readOutcomes({ batchItemFailures: [] }, 'run', sent)).toMatchObject({
    failure: { details: expect.stringContaining('older than this tool, and has no marked door') },
  });
});

test('an answer with outcomes to a plan says that the function is older than the tool', () => {
  expect(readPlan(answer([one, two]), 'run', sent)).toMatchObject({
    failure: { details: expect.stringContaining('deploy it again') },
  });
});
