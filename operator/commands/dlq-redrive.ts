/** `streamkeeper dlq redrive`: plans what each failed record would come to, then carries out what should be, and lets settled letters go. */
import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { Problem } from '../../local/problem.ts';
import { openAudit } from '../audit/open-audit.ts';
import { REACHING_PEOPLE, REMEMBERED_MS } from '../redrive/decide.ts';
import { nextSteps } from '../redrive/next-steps.ts';
import { type Planned, type RedriveReport, redrive } from '../redrive/redrive.ts';
import { planText, resultText } from '../redrive/view.ts';
import { openSystem } from '../system/open-system.ts';
import { asOption } from '../system/options.ts';
import type { System } from '../system/system.ts';
import { confirm } from '../terminal/confirm.ts';
import { counted } from '../terminal/format.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { type Progress, startProgress } from '../terminal/progress.ts';
import { type CommandContext, EXIT } from './command-context.ts';
import { type ChangeOptions, changeOptions } from './common-options.ts';
import {
  foundNothing,
  positiveNumber,
  processorsOf,
  readWhere,
  type WhereOptions,
  whereOption,
  withSharePorts,
} from './dlq-options.ts';

export interface RedriveCommandOptions extends ChangeOptions, WhereOptions {
  readonly dryRun: boolean;
  readonly limit?: number;
  readonly rate?: number;
  readonly concurrency: number;
  readonly stopAfter?: number;
  readonly maxAge?: number;
  readonly force: boolean;
  readonly showImages: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper dlq redrive --dry-run                          the plan for all dead letters of the local run
  streamkeeper dlq redrive --stage prod --where processor=products,code=DOCUMENT_REFUSED
  streamkeeper dlq redrive --stage prod --where processor=bids --max-age 6h --rate 50 --stop-after 20
  streamkeeper dlq redrive --stage prod --yes --json --reason "mapping mended" | jq .left

Verdicts: apply (its effect is missing: it is carried out), already applied, superseded, ignored, gone (nothing is left to do: settled
as they are), unresolvable (stays, until its item is mended, reconciled or it is discarded).
A letter goes only when all its records are settled. May be ended (Ctrl-C) and run again at any moment; two at once are harmless.
--max-age is about the change itself, of the processors whose effects reach people: bids, conversations and bookings. What else is
redriven follows its table, and is never too late. Without it those older than 15 days are left: who was told of them is forgotten by then.
Exits with 0 when all that was chosen is settled (--dry-run: would be), with 1 when something is left or letters were
named that are not there, with 130 when interrupted.`;

export function dlqRedriveCommand(context: CommandContext): Command {
  const command = new Command('redrive')
    .description('Plans, then sends failed records again through their processor; settled letters go.')
    .option('--dry-run', 'only plan', false)
    .option('--limit <records>', 'how many at most, the oldest first', positiveNumber)
    .option('--rate <records>', 'how many a second at most', positiveNumber)
    .option(
      '--concurrency <requests>',
      'how many at once; one partition of a table is never in two',
      positiveNumber,
      4,
    )
    .option('--stop-after <failures>', 'end when so many records have failed', positiveNumber)
    .option(
      '--max-age <age>',
      'tell nobody what happened longer ago, e.g. 6h, 2d (bids, conversations, bookings)',
      age,
    )
    .option('--force', 'carry out what is older than --max-age, or than 15 days, all the same', false)
    .option('--show-images', "show the items' values, which are people's data", false);
  return whereOption(changeOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(async (options: RedriveCommandOptions) =>
      redriveLetters(context, await openSystem(context, options), options),
    );
}

/** For tests and the command alike. */
export async function redriveLetters(
  context: CommandContext,
  system: System,
  options: RedriveCommandOptions,
): Promise<void> {
  const where = readWhere(options, context, system);
  if (
    options.maxAge !== undefined &&
    processorsOf(system, where).every(({ name }) => !REACHING_PEOPLE.includes(name))
  )
    throw new Problem(
      `--max-age: is for what reaches people, ${REACHING_PEOPLE.join(', ')}; leave it out, or choose by age with --where until=…`,
    );
  const show = shower(context, options);
  try {
    const report = await withSharePorts(context, (ports) =>
      redrive(
        system,
        processorsOf(system, where),
        {
          where,
          limit: options.limit,
          rate: options.rate,
          concurrency: options.concurrency,
          stopAfter: options.stopAfter,
          maxAgeMs: options.force ? undefined : Math.min(options.maxAge ?? REMEMBERED_MS, REMEMBERED_MS),
          dryRun: options.dryRun,
        },
        {
          ...ports,
          runId: `redrive-${new Date(ports.clock.now()).toISOString().replace(/\W/g, '')}-${randomUUID().slice(0, 8)}`,
          ...show.steps,
          async begin(records) {
            await confirm(context, system, `redrive ${counted(records, 'record')}`, options);
            return openAudit(context, system, options, {
              command: 'dlq redrive',
              arguments: asTyped(options),
            });
          },
        },
      ),
    );
    show.end(report, system);
    if (report.interrupted) context.finish(EXIT.interrupted);
    else if (!report.settled) context.finish(EXIT.failed);
    else if (isEmpty(report.plan)) foundNothing(context, where);
  } finally {
    show.stop();
  }
}

/** No letter was chosen, not even one that holds nothing. */
function isEmpty({ records, unread, empty, incomplete }: RedriveReport['plan']): boolean {
  return records + unread.length + Object.keys(empty).length + incomplete.length === 0;
}

function shower(context: CommandContext, options: RedriveCommandOptions) {
  const { json, dryRun, showImages } = options;
  const { clock, err, out } = context;
  const samples = new Map<string, Planned>();
  let progress: Progress | undefined;
  let phase = '';
  let letters = 0;
  const step = (label: string, total: number | undefined, done: number, note?: string) => {
    if (phase !== label) {
      progress?.stop();
      progress = startProgress({ err, clock, label, total });
      phase = label;
    }
    progress?.update(done, note);
  };
  const stop = () => {
    progress?.stop();
    progress = undefined;
    phase = '';
  };
  return {
    stop,
    steps: {
      onLetter: () => step('letters read', undefined, ++letters),
      onPlanned(planned: Planned) {
        const { entry, count, of } = planned;
        step('planned', of, count);
        const kind = `${entry.processor} ${entry.verdict?.kind} ${entry.facts.error.code}`;
        if (showImages && !samples.has(kind)) samples.set(kind, planned);
      },
      onPlan(plan: RedriveReport['plan']) {
        stop();
        if (json || isEmpty(plan)) return;
        out.write(planText(plan, out));
        for (const planned of samples.values()) printLine(context, sampleText(planned));
        if (dryRun) printLine(context, '\nnothing was changed (--dry-run)');
        else printLine(context);
      },
      onResults: (done: number, of: number, failed: number) =>
        step('redriven', of, done, failed === 0 ? '' : `${failed} failed`),
    },
    end({ plan, results, letters: gone, settled, interrupted }: RedriveReport, system: System) {
      stop();
      const next = nextSteps(plan, asOption(system, options));
      if (json) {
        const left = results.filter((result) => !result.settled);
        const images = showImages ? { samples: [...samples.values()].map(sampleOf) } : {};
        printJson(context, {
          stage: system.stage,
          dryRun,
          plan: { ...plan, ...images },
          results,
          left,
          letters: gone,
          settled,
          interrupted,
          next,
        });
        return;
      }
      if (!dryRun) out.write(resultText(results, gone, out));
      for (const line of next) printLine(context, line);
    },
  };
}

function sampleOf({ entry, record, item }: Planned) {
  return {
    processor: entry.processor,
    verdict: entry.verdict?.kind,
    code: entry.facts.error.code,
    itemNow: entry.present,
    record,
    item: item?.item === undefined ? null : JSON.parse(item.item),
  };
}

function sampleText(planned: Planned): string {
  const { processor, verdict, code, record, item } = sampleOf(planned);
  return `\n${processor}, ${verdict}, ${code}, e.g.\n  record: ${JSON.stringify(record)}\n  item now: ${JSON.stringify(item)}`;
}

/** Filters and limits, as they were said. */
export function asTyped(
  options: RedriveCommandOptions | (WhereOptions & { readonly limit?: number }),
): string[] {
  const { where, ...rest } = options;
  const known = ['limit', 'rate', 'concurrency', 'stopAfter', 'maxAge', 'force'] as const;
  const said = rest as Readonly<Partial<Record<(typeof known)[number], number | boolean>>>;
  return [
    ...where.map((text) => `--where ${text}`),
    ...known.flatMap((name) => {
      const value = said[name];
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      if (value === undefined || value === false) return [];
      return [value === true ? flag : `${flag} ${value}${name === 'maxAge' ? 'ms' : ''}`];
    }),
  ];
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30m`, `6h`, `2d`. */
function age(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('expected an age such as 30m, 6h or 2d');
  return Number(amount) * (UNITS[unit] ?? 0);
}
