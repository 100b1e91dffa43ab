/** What the operator's tool reads beside letters: answers of functions' doors, the audit trail's lines, and where a reconciliation was. */
import fc from 'fast-check';
import { joinRuns } from '../../../operator/audit/runs.ts';
import { passIn } from '../../../operator/reconcile/checkpoint.ts';
import { readDecisions, readOutcomes, readPlan } from '../../../operator/redrive/door-answers.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, writtenOut } from '../values.ts';
import { readingSuite } from './reading.ts';

interface OperatorCase {
  readonly whole: number;
  readonly edits: readonly Edit[];
}

const casesOf = (wholes: readonly unknown[]): fc.Arbitrary<OperatorCase> =>
  fc.record({ whole: fc.nat({ max: wholes.length - 1 }), edits: fc.array(edit, { maxLength: 3 }) });

const SENT = [
  { eventId: 'e1', sequenceNumber: '1' },
  { eventId: undefined, sequenceNumber: '2' },
];
const about = SENT.map(({ eventId = null, sequenceNumber }) => ({ eventId, sequenceNumber }));
const failure = { code: 'X', type: 'T', details: 'D' };
const ANSWERS = [
  {
    redrive: { id: 'run' },
    outcomes: [
      { ...about[0], outcome: 'applied', settled: true },
      { ...about[1], outcome: 'transient', settled: false, failure },
    ],
  },
  {
    redrive: { id: 'run' },
    plan: [
      { ...about[0], verdict: 'ignored', rule: 'r' },
      { ...about[1], verdict: 'unresolvable', failure, passing: true },
    ],
  },
  {
    redrive: { id: 'run' },
    decisions: [
      { ...about[0], decision: 'effect', key: 'k', effect: {} },
      { ...about[1], decision: 'poison', failure },
    ],
  },
];

/** It is believed as a whole or not at all: what settles a record says so of that record, and in both ways. */
export const answersFuzz = readingSuite<OperatorCase>({
  name: 'answers',
  what: 'an answer of a function’s marked door',
  cases: casesOf(ANSWERS),
  read({ whole, edits }) {
    const answer: unknown = JSON.parse(writtenOut(mangled(ANSWERS[whole] as Json, edits)));
    const read = [readOutcomes, readPlan, readDecisions].map((one) => one(answer, 'run', SENT));
    const outcomes = readOutcomes(answer, 'run', SENT);
    const settled = outcomes.ok ? outcomes.answers : [];
    return [
      ...read.flatMap((one) => (one.ok && one.answers.length !== SENT.length ? ['not one answer each'] : [])),
      ...settled.flatMap(({ kind, settled: is }) =>
        is === (kind === 'poison' || kind === 'transient') ? [`${kind} is settled: ${is}`] : [],
      ),
    ];
  },
});

const at = '2026-03-17T09:00:00.000Z';
const who = { user: 'u', host: 'h' };
const TRAIL = [
  { event: 'start', run: 'a', at, who, stage: 'dev', command: 'dlq redrive', arguments: ['--where x=y'] },
  { event: 'result', run: 'a', at, eventId: 'e', key: 'k', result: 'applied' },
  { event: 'end', run: 'a', at, outcome: 'done', results: { applied: 1 } },
];

export const auditTrailFuzz = readingSuite<OperatorCase>({
  name: 'audit-trail',
  what: 'a part of the audit trail',
  cases: casesOf(TRAIL),
  read({ whole, edits }) {
    const line = writtenOut(mangled(TRAIL[whole] as Json, edits));
    const runs = joinRuns([`${line}\nno line of ours\n${line}\n`]);
    return runs.some(({ run }) => typeof run !== 'string') ? ['a run without a name'] : [];
  },
});

const PASSES = [
  {
    version: 1,
    purpose: 'reconcile products',
    positions: [null, 'done', { PK: { S: 'PRODUCT#1' } }],
    tally: { counts: { equal: 2, failed: 1 }, left: [{ key: 'k', result: 'failed', failure }] },
  },
];

export const checkpointFuzz = readingSuite<OperatorCase>({
  name: 'checkpoint',
  what: 'where a reconciliation was',
  cases: casesOf(PASSES),
  read({ whole, edits }) {
    const pass = passIn(writtenOut(mangled(PASSES[whole] as Json, edits)));
    if (pass === undefined) return [];
    const { positions, tally, purpose } = pass;
    const isWhole = typeof purpose === 'string' && positions.length > 0 && Array.isArray(tally.left);
    return isWhole && Object.values(tally.counts).every(Number.isSafeInteger) ? [] : ['it is no pass'];
  },
});
