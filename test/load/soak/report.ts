/** What a soak comes to: tenths, trends, the end state, and a verdict; as data, and for people. */
import type { ProcessSample, StreamCounts } from '../processes/messages.ts';
import type { EndState } from './end-state.ts';
import {
  type GrowthLimit,
  grows,
  type Height,
  JUDGED_FROM,
  LEAST_RATE_RATIO,
  LIVE_HEAP_LIMIT,
  type Point,
  RESIDENT_LIMIT,
  type Trend,
  trendOf,
} from './flatness.ts';
import { type Mark, type Tenth, tenthsOf } from './tenths.ts';
import type { Sampled } from './watch-run.ts';

export interface Memory extends Trend {
  readonly name: string;
  /** Absent for what holds the data: it may grow with them. */
  readonly limit?: GrowthLimit;
}

export interface SoakReport {
  readonly wanted: number;
  readonly written: number;
  readonly settled: number;
  readonly seed: number;
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly tenths: readonly Tenth[];
  /** Last tenth over the first; `null` when it did not get that far. */
  readonly rateRatio: number | null;
  readonly memory: readonly Memory[];
  /** The longest that the system's main thread has not had its turn, ms: what others on this machine do to it. */
  readonly heldUpMs: number;
  /** At the end, by name. */
  readonly kept: Readonly<Record<string, number>>;
  /** By processor. */
  readonly streams: Readonly<Record<string, StreamCounts | undefined>>;
  /** By code: what functions said of records that they could not settle at once, or never can. */
  readonly failures: Readonly<Record<string, number>>;
  readonly end: EndState;
  readonly interrupted: boolean;
  /** Why it is no success; empty if it is. */
  readonly shortfalls: readonly string[];
}

export interface SoakResult {
  readonly wanted: number;
  readonly written: number;
  readonly seed: number;
  readonly marks: readonly Mark[];
  readonly sampled: readonly Sampled[];
  readonly counts: SoakReport['streams'];
  readonly failures: SoakReport['failures'];
  readonly end: EndState;
  readonly obstacles: readonly string[];
  readonly interrupted: boolean;
}

/**
 * A request to SES is given up after 8 s, and made again. Where the main thread did not get a turn for so long, others may well have
 * waited for the rest.
 */
const HELD_UP_MS = 2_000;

export function soakReport(result: SoakResult): SoakReport {
  const { marks, sampled, written, end, counts } = result;
  const [first] = marks;
  const last = marks.at(-1);
  const settled = last?.records ?? 0;
  const seconds = first === undefined || last === undefined ? 0 : (last.atMs - first.atMs) / 1_000;
  const tenths = tenthsOf(marks, written);
  const [tenth] = tenths;
  const lastTenth = tenths.at(-1);
  const rateRatio =
    tenths.length < 10 || tenth === undefined || lastTenth === undefined
      ? null
      : lastTenth.recordsPerSecond / tenth.recordsPerSecond;
  const memory = memoryOf(sampled, written);
  const isJudged = written >= JUDGED_FROM;
  const heldUpMs = sampled.at(-1)?.samples.system.heldUpMs ?? 0;
  const lost = Object.values(counts).reduce((sum, stream) => sum + (stream?.lost ?? 0), 0);
  return {
    wanted: result.wanted,
    written,
    settled,
    seed: result.seed,
    seconds,
    recordsPerSecond: seconds === 0 ? 0 : settled / seconds,
    tenths,
    rateRatio,
    memory,
    heldUpMs,
    kept: sampled.at(-1)?.samples.system.kept ?? {},
    streams: counts,
    failures: result.failures,
    end,
    interrupted: result.interrupted,
    shortfalls: [
      ...result.obstacles,
      ...(lost > 0 ? [`${lost} records were given up, and no letter of them was kept`] : []),
      ...(end.equal ? [] : ['the end state is not what the changes mean']),
      ...(end.mailsAgain > 0 && heldUpMs < HELD_UP_MS
        ? [`${end.mailsAgain} mails were sent more than once, and nothing held up an answer for long`]
        : []),
      ...(isJudged && rateRatio !== null && rateRatio < LEAST_RATE_RATIO
        ? [
            `the last tenth ran at ${rateRatio.toFixed(2)} of the first's rate, below ${LEAST_RATE_RATIO}${busier(tenth, lastTenth)}`,
          ]
        : []),
      ...memory
        .filter(({ limit, ...trend }) => isJudged && limit !== undefined && grows(trend, limit))
        .map(({ name, slope }) => `${name} grows by ${slope.toFixed(1)} MB for each 100,000 records`),
    ],
  };
}

/** A rate says little when others took the processors. */
function busier(first: Tenth | undefined, last: Tenth | undefined): string {
  const [before, after] = [first?.othersBusy ?? null, last?.othersBusy ?? null];
  if (before === null || after === null) return '';
  return ` (others kept ${before.toFixed(1)} processors busy in the first, ${after.toFixed(1)} in the last)`;
}

type Of = (sample: Sampled['samples']) => number | undefined;

function memoryOf(sampled: readonly Sampled[], records: number): readonly Memory[] {
  const trend = (name: string, of: Of, height: Height, limit?: GrowthLimit): readonly Memory[] => {
    const points = sampled.flatMap(({ records: at, samples }): Point[] => {
      const bytes = of(samples);
      return bytes === undefined ? [] : [{ records: at, bytes }];
    });
    const found = trendOf(points, records, height);
    return found === undefined ? [] : [{ name, ...found, ...(limit === undefined ? {} : { limit }) }];
  };
  const names = (of: (sample: Sampled['samples']) => object) => [
    ...new Set(sampled.flatMap(({ samples }) => Object.keys(of(samples)))),
  ];
  const live = (sample: ProcessSample, thread: string) => {
    const heap = sample.heaps[thread];
    return heap && heap.live + heap.external;
  };
  return [
    ...trend('system, resident', ({ system }) => system.rss, 'median', RESIDENT_LIMIT),
    ...names(({ system }) => system.heaps).flatMap((thread) =>
      trend(
        thread === 'main' ? 'system, live: pollers, mappings, gateway' : `system, live: ${thread}`,
        ({ system }) => live(system, thread),
        'lowest',
        LIVE_HEAP_LIMIT,
      ),
    ),
    ...trend('engines, resident: search, cache, queues', ({ engines }) => engines.rss, 'median'),
    ...trend('engines, live: cache, queues', ({ engines }) => live(engines, 'main'), 'lowest'),
    ...trend(
      'engines, live: search engine',
      ({ engines }) => live(engines, 'search engine'),
      'lowest',
      LIVE_HEAP_LIMIT,
    ),
    ...trend(
      'engines, resident: all DynamoDB processes',
      ({ engines }) => Object.values(engines.children).reduce((sum, { rss }) => sum + rss, 0),
      'median',
    ),
  ];
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, value]) => `${name} ${value.toLocaleString('en-US')}`)
    .join(', ');

export function soakText(report: SoakReport): string {
  const { tenths, memory, end, rateRatio } = report;
  const count = (value: number) => value.toLocaleString('en-US');
  const { inbox, ratings, cache, mails } = end.effects;
  return [
    `${count(report.settled)} of ${count(report.wanted)} records in ${Math.round(report.seconds)} s ` +
      `(${Math.round(report.recordsPerSecond)}/s), seed ${report.seed}${report.interrupted ? '; interrupted' : ''}`,
    '',
    'tenth   records/s   CPU ms a record: system   engines   processors busy with others',
    ...tenths.map(
      ({ recordsPerSecond, systemCpuMs, enginesCpuMs, othersBusy }, index) =>
        `${String(index + 1).padStart(5)}${Math.round(recordsPerSecond).toString().padStart(12)}` +
        `${systemCpuMs.toFixed(2).padStart(26)}${enginesCpuMs.toFixed(2).padStart(10)}` +
        `${(othersBusy?.toFixed(1) ?? '–').padStart(30)}`,
    ),
    ...(rateRatio === null ? [] : [`last tenth over first: ${rateRatio.toFixed(2)}`]),
    ...(report.written < JUDGED_FROM
      ? [`of fewer than ${count(JUDGED_FROM)} records neither rate nor memory is judged`]
      : []),
    '',
    `${'MB after a forced collection'.padEnd(62)}first tenth   last tenth   per 100,000 records`,
    ...memory.map(
      ({ name, first, last, slope, limit }) =>
        `${name.padEnd(62)}${first.toFixed(1).padStart(11)}${last.toFixed(1).padStart(13)}${slope.toFixed(2).padStart(22)}` +
        (limit === undefined ? '   holds the data' : ''),
    ),
    '(tenths after a warm-up of one: the lowest of a live heap, the median of resident memory)',
    '',
    ...Object.entries(report.streams).flatMap(([name, stream]) =>
      stream === undefined
        ? []
        : [
            `${name}: ${count(stream.records)} records, ${count(stream.repeated)} of them came again, ` +
              `${count(stream.filtered)} filtered out, ${count(stream.failedInvocations)} invocations failed in part or whole`,
          ],
    ),
    `the system's main thread waited ${Math.round(report.heldUpMs)} ms for its turn at most`,
    `said by functions: ${listed(report.failures) || 'no failures'}`,
    `kept at the end: ${listed(report.kept)}`,
    `${count(end.index.documents)} documents; index ${end.index.equal ? 'equals' : 'DIFFERS FROM'} table`,
    `${count(inbox.count)} notifications; inboxes ${inbox.equal ? 'equal' : 'DIFFER FROM'} what the records mean`,
    `${count(ratings.count)} reviews; ratings ${ratings.equal ? 'equal' : 'DIFFER FROM'} them`,
    `${count(cache.count)} cached analyses; cache ${cache.equal ? 'equals' : 'DIFFERS FROM'} table`,
    `${count(mails.count)} e-mails; ${mails.missing === 0 ? 'each was sent' : 'NOT each was sent'}, ${
      end.mailsAgain === 0 ? 'and none twice' : `${end.mailsAgain} more than once`
    }`,
    `${count(end.letters.count)} letters of ${count(end.letters.poison)} poison records; ${
      end.letters.equal ? 'as they must be' : 'NOT as they must be'
    }`,
    ...[end.index, inbox, ratings, cache, mails, end.letters]
      .flatMap(({ differences }) => differences)
      .map((difference) => `differs: ${difference}`),
    ...report.shortfalls.map((shortfall) => `NOT FLAT OR NOT DONE: ${shortfall}`),
  ].join('\n');
}
