/** Bugs of what all processors share: order, outcomes, letters, the answer to the event source mapping. */
import type { Mutation } from './mutation.ts';

export const delivery: readonly Mutation[] = [
  {
    name: 'parallel-within-a-key',
    bug: 'records of one key are worked on at once',
    file: 'shared/stream/in-order.ts',
    edits: [
      {
        find: '[...Map.groupBy(work, (element) => element.key).values()]',
        replace: 'work.map((element) => [element])',
      },
    ],
    law: 'conversations/requests',
    seed: 1,
  },
  {
    name: 'poison-dropped',
    bug: 'a poison record is settled without a letter',
    file: 'shared/stream/settle.ts',
    edits: [
      {
        find: "if (outcome?.kind !== 'poison') continue;",
        replace: "if (outcome?.kind !== 'poison' || index > 0) continue;",
      },
    ],
    law: 'products/calm',
    seed: 1,
  },
  {
    name: 'letter-above-the-checkpoint',
    bug: 'poison behind an unsettled record is lettered, and comes again',
    file: 'shared/stream/settle.ts',
    edits: [{ find: 'Math.min(checkpointOf(report), ended.length)', replace: 'ended.length' }],
    law: 'products/outages',
    seed: 1,
  },
  {
    name: 'letter-before-the-effect',
    bug: 'poison is lettered before what comes before it is carried out',
    file: 'shared/stream/settle.ts',
    edits: [
      {
        find: 'let report = reportFrom(ended, outcomes);',
        replace: "let report: Report = { kind: 'all-settled' };",
      },
      {
        find: 'return { outcomes, report, lettersSent };',
        replace: 'report = reportFrom(ended, outcomes);\n  return { outcomes, report, lettersSent };',
      },
    ],
    law: 'products/outages',
    seed: 1,
  },
  {
    name: 'letters-go-on-after-a-refusal',
    bug: 'a letter that the queue refused does not hold back what comes after it',
    file: 'shared/stream/settle.ts',
    edits: [
      {
        find: '      report = reportFrom(ended, outcomes);\n',
        replace: '',
      },
    ],
    law: 'products/outages',
    seed: 1,
  },
  {
    name: 'empty-response',
    bug: 'a batch with an unsettled record is answered as if all were settled',
    file: 'shared/stream/partial-batch-response.ts',
    edits: [{ find: 'return [{ itemIdentifier: this.#report.sequenceNumber }];', replace: 'return [];' }],
    law: 'products/outages',
    seed: 1,
  },
  {
    name: 'last-of-a-group-reported',
    bug: 'of several states of a key only the last is unsettled when it could not be written',
    file: 'shared/stream/latest-state.ts',
    edits: [
      {
        find: "outcomes.set(state, outcome.kind === 'transient' ? outcome : superseded);",
        replace: 'outcomes.set(state, superseded);',
      },
    ],
    law: 'products/outages',
    seed: 1,
  },
  {
    name: 'no-time-kept-back',
    bug: 'an invocation works until the last moment of its time, and its answer comes too late',
    file: 'shared/stream/handler.ts',
    edits: [
      {
        find: 'const deadline = startDeadline(clock, remainingMs - reserveMs(remainingMs));\n  const ended',
        replace: 'const deadline = startDeadline(clock, remainingMs);\n  const ended',
      },
    ],
    law: 'products/slow',
    seed: 1,
  },
  {
    name: 'letter-waited-for',
    bug: 'a queue that does not answer is waited for beyond the end of the invocation',
    file: 'shared/stream/settle.ts',
    edits: [
      {
        find: 'sink.send(letter, deadline.signal)',
        replace: 'sink.send(letter, new AbortController().signal)',
      },
    ],
    law: 'products/slow',
    seed: 1,
  },
  {
    name: 'letter-tried-once',
    bug: 'a letter that is refused once holds up the shard',
    file: 'shared/stream/settle.ts',
    edits: [{ find: 'if (!(await pause(attempt, context))) return', replace: 'return' }],
    law: 'products/letters',
    seed: 1,
  },
  {
    name: 'refused-letter-counted',
    bug: 'a letter that the queue refused is counted as sent',
    file: 'shared/stream/settle.ts',
    edits: [
      {
        find: 'if (refusal === undefined) lettersSent++;\n    else {',
        replace: 'lettersSent++;\n    if (refusal !== undefined) {',
      },
    ],
    law: 'products/letters',
    seed: 1,
  },
  {
    name: 'plan-carries-out',
    bug: 'a plan does what it was only to judge',
    file: 'shared/stream/handler.ts',
    edits: [
      {
        find: 'planResponse(redrive, await planBatch(processor, records, context)),',
        replace:
          'planResponse(redrive, (await runBatch(processor, records, context), await planBatch(processor, records, context))),',
      },
    ],
    law: 'products/operators',
    seed: 1,
  },
  {
    name: 'echo-taken-for-the-last',
    bug: 'a record that comes again behind a later one of its item in a batch settles that as the duplicate it is itself',
    file: 'shared/stream/latest-state.ts',
    edits: [
      {
        find: 'states.length === 1 ? states : inStreamOrder(states, redriven)',
        replace: 'redriven ? inStreamOrder(states, redriven) : states',
      },
    ],
    law: 'products/echoes',
    seed: 1,
  },
  {
    name: 'redriven-in-any-order',
    bug: 'records that are redriven together settle by the last of the call, whichever that is',
    file: 'shared/stream/latest-state.ts',
    edits: [
      {
        find: 'states.length === 1 ? states : inStreamOrder(states, redriven)',
        replace: 'redriven ? states : inStreamOrder(states, redriven)',
      },
    ],
    law: 'products/unfit',
    seed: 1,
  },
];
