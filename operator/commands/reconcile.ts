/** `streamkeeper reconcile`: makes an index, cache or ratings equal their table again, while live writes go on and win. */
import { Command } from 'commander';
import { openAudit } from '../audit/open-audit.ts';
import { dropKept, type RebuildStage, type Rebuilt, rebuild } from '../reconcile/rebuild.ts';
import { jsonOf, renderLeft, summary } from '../reconcile/report.ts';
import { openSetUpDoor } from '../reconcile/set-up-door.ts';
import { mending, throughProjection } from '../reconcile/steps.ts';
import { leftCount, type Tally, withListed } from '../reconcile/tally.ts';
import { throughTable } from '../reconcile/through-table.ts';
import { openSystem } from '../system/open-system.ts';
import type { System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { moment } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';
import { type DriftOptions, drift, settleOption } from './drift.ts';
import { chosenKeys, oneOf, openProjection, passProgress, projectionOptions } from './reconcile-options.ts';

interface ReconcileOptions extends ChangeOptions, Omit<DriftOptions, 'sample'> {
  readonly inPlace: boolean;
  readonly dropOld: boolean;
  readonly giveUp: boolean;
  readonly acceptRefused: boolean;
  readonly dryRun: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper reconcile --processor products --stage prod --keys p1,p2
  streamkeeper reconcile --processor products --stage prod --from-dlq --dry-run
  streamkeeper reconcile --processor products --stage prod --whole --reason "new language"
  streamkeeper reconcile --processor products --stage prod --whole --resume
  streamkeeper reconcile --processor products --stage prod --drop-old
  streamkeeper reconcile --processor bookings --stage prod --whole --rate 50

--whole: the products index is built anew beside the one in use, which readers and writers keep until the new one is complete; the old one
is kept until --drop-old. A cache and ratings are mended where they are; so is the index with --in-place. It can be killed at any moment: run
it again, and it goes on (--resume spares it what was done of the table). An item that cannot be followed is named and stops nothing.
Exits with 1 if keys are left, or the rebuild is not complete.`;

export function reconcileCommand(context: CommandContext): Command {
  const command = new Command('reconcile').description(
    'Makes an index, cache or ratings equal their table again.',
  );
  return settleOption(projectionOptions(changeOptions(command), 'everything; an index is built anew'))
    .option('--in-place', 'with --whole: mend the index in use instead of building it anew', false)
    .option('--drop-old', 'delete the index from before the last rebuild', false)
    .option('--give-up', 'delete the index that an unfinished rebuild is filling', false)
    .option('--accept-refused', 'bring the new index into use even if it refuses most items', false)
    .option('--dry-run', 'only say what differs, as drift does', false)
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReconcileOptions) => {
      oneOf({
        '--whole': options.whole,
        '--keys': options.keys,
        '--keys-file': options.keysFile,
        '--from-dlq': options.fromDlq,
        '--drop-old': options.dropOld,
        '--give-up': options.giveUp,
      });
      const system = await openSystem(context, options);
      if (options.dryRun) return drift(context, system, options);
      return reconcile(context, system, options);
    });
}

async function reconcile(context: CommandContext, system: System, options: ReconcileOptions): Promise<void> {
  const { work, what } = workOf(context, system, options);
  await confirm(context, system, `${what} of ${options.processor}`, options);
  const audit = await openAudit(context, system, options, {
    command: 'reconcile',
    arguments: argumentsOf(options),
  });
  let done = false;
  try {
    const report = await work();
    done = isDone(report);
    for (const { key, result, failure } of 'tally' in report ? report.tally.left : [])
      audit.result({ processor: options.processor, key, result, ...(failure && { code: failure.code }) });
    show(context, system, options, report);
    if (!done) context.finish(context.signal.aborted ? EXIT.interrupted : EXIT.failed);
  } finally {
    await audit.end(done ? 'done' : context.signal.aborted ? 'interrupted' : 'failed');
  }
}

type Report =
  | { readonly kind: 'dropped'; readonly index: string }
  | { readonly kind: 'mended'; readonly tally: Tally; readonly finished: boolean }
  | Rebuilt;

function isDone(report: Report): boolean {
  if (report.kind === 'dropped') return true;
  const isWhole = report.kind === 'mended' ? report.finished : report.kind === 'complete';
  return isWhole && leftCount(report.tally) === 0;
}

interface Planned {
  /** As the rest of `This would …`. */
  readonly what: string;
  readonly work: () => Promise<Report>;
}

function workOf(context: CommandContext, system: System, options: ReconcileOptions): Planned {
  const projection = openProjection(context, system, options);
  const { facts, invoke, operated } = projection;
  const takeStep = openSetUpDoor(facts.setUpFunctionName, invoke);
  const progress = passProgress(context);
  const ports = { ...projection.ports, onProgress: progress.update };
  if (options.dropOld || options.giveUp) {
    const which = options.dropOld ? 'previous' : 'next';
    return {
      what: options.dropOld ? 'delete the old index' : 'delete the unfinished index',
      work: async () => ({ kind: 'dropped', index: await dropKept(takeStep, which) }),
    };
  }
  if (options.whole && operated.isRebuilt && !options.inPlace) {
    const onStage = (stage: RebuildStage) => progress.begin(STAGES[stage]);
    const onWait = (untilMs: number) =>
      progress.say(
        `waiting until ${moment(untilMs)} before every key is checked: what was under way when the index came into use is over then`,
      );
    return {
      what: 'build the index anew, and bring it into use',
      work: () =>
        rebuild({ ...ports, takeStep, onStage, onWait, acceptRefused: options.acceptRefused }).finally(
          progress.end,
        ),
    };
  }
  return {
    what: 'mend what differs from the table in the effects',
    async work() {
      const keys = await chosenKeys(context, system, projection, options);
      if (keys !== undefined) return { kind: 'mended', tally: await mending(ports)(keys), finished: true };
      progress.begin('reconciling the table');
      const fromTable = await throughTable(`reconcile ${projection.table}`, mending(ports), ports);
      if (!fromTable.finished) return { kind: 'mended', ...fromTable };
      progress.begin('reconciling what there is');
      const listed = await throughProjection(mending(ports), ports, progress.update).finally(progress.end);
      if (listed.finished) ports.checkpoint.remove();
      return { kind: 'mended', tally: withListed(fromTable.tally, listed.tally), finished: listed.finished };
    },
  };
}

const STAGES: Readonly<Record<RebuildStage, string>> = {
  filling: 'filling the next index',
  'checking-keys': 'checking every key',
  'checking-documents': 'checking every document',
};

function show(context: CommandContext, system: System, options: ReconcileOptions, report: Report): void {
  if (options.json) {
    const { kind, ...rest } = report;
    const facts = 'tally' in rest ? { ...rest, tally: undefined, ...jsonOf(rest.tally) } : rest;
    printJson(context, { stage: system.stage, processor: options.processor, kind, ...facts });
    return;
  }
  switch (report.kind) {
    case 'dropped':
      printLine(context, `${report.index} is deleted.`);
      break;
    case 'mended':
      showTally(context, report.tally);
      if (!report.finished) printLine(context, 'Interrupted: run it again with --resume to go on.');
      break;
    case 'complete':
      showTally(context, report.tally);
      printLine(context, `${report.index} is in use and complete.`);
      if (report.previous !== undefined)
        printLine(context, `${report.previous} is kept until: ${again(options)} --drop-old`);
      break;
    case 'unfinished':
      showTally(context, report.tally);
      printLine(context, `The rebuild into ${report.index} is not complete: ${report.reason}.`);
      printLine(context, `To go on: ${again(options)} --whole --resume`);
      break;
  }
}

const MOST_SHOWN = 50;

function showTally(context: CommandContext, tally: Tally): void {
  context.out.write(renderLeft(tally, MOST_SHOWN, context.out));
  printLine(context, summary(tally));
}

function again({ processor, stage, local }: ReconcileOptions): string {
  const where = stage !== undefined ? ` --stage ${stage}` : local === true ? ' --local' : '';
  return `streamkeeper reconcile --processor ${processor}${where}`;
}

/** As typed, but for the defaults. */
function argumentsOf(options: ReconcileOptions): readonly string[] {
  const { processor, keys, keysFile, rate, concurrency } = options;
  const flags = {
    '--whole': options.whole,
    '--in-place': options.inPlace,
    '--from-dlq': options.fromDlq,
    '--drop-old': options.dropOld,
    '--give-up': options.giveUp,
    '--resume': options.resume,
    '--accept-refused': options.acceptRefused,
  };
  return [
    `--processor ${processor}`,
    ...Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [flag] : [])),
    ...(keys === undefined ? [] : [`--keys ${keys}`]),
    ...(keysFile === undefined ? [] : [`--keys-file ${keysFile}`]),
    ...(rate === undefined ? [] : [`--rate ${rate}`]),
    `--concurrency ${concurrency}`,
  ];
}
