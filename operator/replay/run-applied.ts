/** `replay --effects apply`: a recording happens again, under a name of its own; what it changed is read before and after. */
import { Problem } from '../../local/problem.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import { openAudit } from '../audit/open-audit.ts';
import { type CommandContext, EXIT } from '../commands/command-context.ts';
import type { ChangeOptions } from '../commands/common-options.ts';
import { openDoor } from '../redrive/door.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { counted } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { startProgress } from '../terminal/progress.ts';
import { applyAll } from './apply.ts';
import { describeAll, Tally } from './described.ts';
import { readEndState } from './end-state.ts';
import { endStateDifferences, endStateLines } from './end-state-diff.ts';
import type { RecordedRecord } from './recorded.ts';
import { nothingTouched, touch } from './touched.ts';

export interface AppliedRun {
  readonly file: string;
  /** Its records, each time from the first on. */
  readonly batches: () => AsyncIterable<readonly RecordedRecord[]>;
  readonly system: System;
  readonly processor: ProcessorFacts;
  /** Names the replay. */
  readonly id: string;
  readonly options: ChangeOptions;
}

const LONGEST = 200;
const MOST_SHOWN = 50;

export async function runApplied(context: CommandContext, run: AppliedRun): Promise<void> {
  const { file, batches, system, processor, id, options } = run;
  const { clock, signal, err } = context;
  const random = Math.random;
  const door = openDoor({ id, lambda: system.clients.lambda, clock, random, signal });
  const planned = await look(context, run, door);
  if (signal.aborted) return context.finish(EXIT.interrupted);
  const effects = counted(planned.lanes.size, 'record');
  // Whoever replays on a deployed stage writes to real people, whatever the stage is called.
  const asked = { ...system, production: system.gatewayUrl === undefined };
  await confirm(
    context,
    asked,
    `carry out ${effects} again: people are told again what they were told before`,
    options,
  );
  const audit = await openAudit(context, system, options, {
    command: 'replay',
    arguments: [file, '--processor', processor.name, '--effects', 'apply', '--id', id],
  });
  const tally = new Tally();
  let done = 0;
  let left = 0;
  let isWhole = false;
  try {
    const ports = { system, processor, id, clock, random, signal };
    const before = await readEndState(planned.touched, ports);
    const progress = startProgress({ err, clock, label: 'replayed', total: planned.records });
    try {
      isWhole = await applyAll(batches(), {
        door,
        functionName: processor.functionName,
        lanes: planned.lanes,
        signal,
        async onApplied(records, outcomes) {
          for (const [index, { eventId, key }] of records.entries()) {
            const outcome = outcomes[index];
            if (outcome === undefined) continue;
            const reason = outcome.kind === 'held-back' ? undefined : (outcome.failure?.code ?? outcome.rule);
            tally.count(reason === undefined ? outcome.kind : `${outcome.kind}: ${reason}`);
            if (!outcome.settled) left++;
            audit.result({
              processor: processor.name,
              ...(eventId === undefined ? {} : { eventId }),
              ...(key === undefined ? {} : { key }),
              result: outcome.kind,
              ...(reason === undefined ? {} : { code: reason }),
            });
          }
          await audit.flush();
          done += records.length;
          progress.update(done, left === 0 ? '' : `${left} not settled`);
        },
      });
    } finally {
      progress.stop();
    }
    // What was changed is said also when it was interrupted.
    const after = await readEndState(planned.touched, { ...ports, signal: new AbortController().signal });
    const parts = endStateDifferences(before, after);
    const unseen = [...new Set([...before.unseen, ...after.unseen])];
    report(context, run, { tally, left, isWhole, parts, unseen });
    if (!isWhole) context.finish(EXIT.interrupted);
    else if (left > 0) context.finish(EXIT.failed);
  } finally {
    await audit.end(isWhole && left === 0 ? 'done' : signal.aborted ? 'interrupted' : 'failed');
  }
}

/**
 * What the deployed function makes of the records: what it will touch, and what their order is kept by.
 *
 * @throws Problem when it does not say of some: they could not be held back behind others of their key
 */
async function look(
  { clock, err, signal }: CommandContext,
  { processor, batches }: AppliedRun,
  door: ReturnType<typeof openDoor>,
) {
  const touched = nothingTouched();
  const lanes = new Map<number, string>();
  const progress = startProgress({ err, clock, label: 'described', total: undefined });
  let records = 0;
  const unanswered: (Failure | undefined)[] = [];
  const describe = (batch: Parameters<typeof door.describe>[1]) =>
    door.describe(processor.functionName, batch);
  try {
    for await (const one of describeAll(batches(), describe)) {
      if (signal.aborted) break;
      progress.update(++records);
      if (one.described.decision === 'unanswered') unanswered.push(one.described.failure);
      touch(touched, processor.name, one);
      if (one.described.orderingKey !== undefined) lanes.set(one.record.number, one.described.orderingKey);
    }
  } finally {
    progress.stop();
  }
  if (unanswered.length > 0 && !signal.aborted)
    throw new Problem(
      `${processor.functionName} did not say what ${counted(unanswered.length, 'record')} mean (${unanswered[0]?.code}), so their order cannot be kept; nothing was done; its log says why`,
    );
  return { touched, lanes, records };
}

interface Report {
  readonly tally: Tally;
  readonly left: number;
  readonly isWhole: boolean;
  readonly parts: ReturnType<typeof endStateDifferences>;
  readonly unseen: readonly string[];
}

function report(
  context: CommandContext,
  run: AppliedRun,
  { tally, left, isWhole, parts, unseen }: Report,
): void {
  const { file, processor, id, system, options } = run;
  if (options.json) {
    const outcomes = Object.fromEntries(tally.entries());
    printJson(context, {
      file,
      processor: processor.name,
      stage: system.stage,
      id,
      outcomes,
      left,
      interrupted: !isWhole,
      endState: parts,
      unseen,
    });
    return;
  }
  printLine(
    context,
    `${file}: ${counted(tally.total, 'record')} carried out again by ${processor.name} of ${system.title}, as ${id}`,
  );
  for (const [name, count] of tally.entries()) printLine(context, `  ${String(count).padStart(7)}  ${name}`);
  printLine(context, 'What is there, before → after:');
  const style = { colours: context.out.isTTY === true, longest: LONGEST };
  for (const line of endStateLines(parts, MOST_SHOWN, style)) printLine(context, `  ${line}`);
  for (const line of unseen) printLine(context, `  not seen: ${line}`);
  if (left > 0 || !isWhole)
    printLine(
      context,
      `${counted(left, 'record')} not settled; go on with --id ${id}: what was carried out under it is not carried out again`,
    );
}
