/** What holds a shard up, and what to do about it. Keys, codes and times only. */
import type { FailingBatch } from '../../local/streams/failing-batches.ts';
import type { Verdict } from '../../shared/stream/verdict.ts';
import { recordFacts } from '../dead-letters/record-facts.ts';
import { timeLeft } from '../mappings/time-left.ts';
import { span } from '../terminal/format.ts';
import type { EventRecord } from './scan-shard.ts';

export interface Stuck {
  /** As `chooseMappings` gives it. */
  readonly mapping: string;
  readonly processor: string;
  readonly shardId: string;
  readonly record?: {
    readonly sequenceNumber?: string;
    readonly eventId?: string;
    readonly eventName?: string;
    readonly key?: string;
    /** ISO 8601. */
    readonly createdAt?: string;
    readonly ageMs?: number;
  };
  /** What carrying the record out would come to now. */
  readonly verdict?: Verdict;
  /** What the function says of the batches it could not settle lately: records by failure code. */
  readonly codes: Readonly<Record<string, number>>;
  /** Of the batch it is in; only the local run knows. */
  readonly batch?: FailingBatch;
  readonly untilGivenUpMs?: number;
  readonly untilForgottenMs?: number;
  /** Sentences, and commands in lines of their own that begin with `streamkeeper`. */
  readonly advice: readonly string[];
}

export interface StuckFacts {
  readonly mapping: string;
  readonly processor: string;
  readonly shardId: string;
  readonly record: EventRecord | undefined;
  readonly verdict: Verdict | undefined;
  readonly codes: Readonly<Record<string, number>>;
  readonly batch?: FailingBatch;
  readonly maximumRecordAgeMs: number | undefined;
  readonly nowMs: number;
  /** How the commands must name the system, e.g. `--stage prod`. */
  readonly where: string;
}

export function describeStuck(facts: StuckFacts): Stuck {
  const { mapping, processor, shardId, record, verdict, batch } = facts;
  const createdMs = createdAt(record);
  const ageMs = createdMs === undefined ? undefined : Math.max(0, facts.nowMs - createdMs);
  const left = ageMs === undefined ? undefined : timeLeft(ageMs, facts.maximumRecordAgeMs);
  return {
    mapping,
    processor,
    shardId,
    ...(record === undefined
      ? {}
      : {
          record: {
            ...recordFacts(record),
            ...(createdMs === undefined ? {} : { createdAt: new Date(createdMs).toISOString() }),
            ...(ageMs === undefined ? {} : { ageMs }),
          },
        }),
    ...(verdict === undefined ? {} : { verdict }),
    codes: facts.codes,
    ...(batch === undefined ? {} : { batch }),
    ...(left?.untilGivenUpMs === undefined ? {} : { untilGivenUpMs: left.untilGivenUpMs }),
    ...(left === undefined ? {} : { untilForgottenMs: left.untilForgottenMs }),
    advice: advise(facts, left?.untilGivenUpMs),
  };
}

function advise(
  { processor, record, verdict, batch, codes, where }: StuckFacts,
  untilGivenUpMs: number | undefined,
): string[] {
  const event = record === undefined ? undefined : recordFacts(record).eventId;
  const own = `--where processor=${processor}${event === undefined ? '' : `,event=${event}`}`;
  const until = untilGivenUpMs === undefined ? '' : ` within ${span(untilGivenUpMs)}`;
  if (batch?.errorType !== undefined) {
    return [
      `The function ends with ${batch.errorType}: see its log, mend and deploy it${until}.`,
      'Until then the mapping halves the batch, and gives up what still fails as a dead letter. Then:',
      `streamkeeper dlq redrive ${where} ${own}`,
    ];
  }
  switch (verdict?.kind) {
    case 'unresolvable':
      return verdict.passing
        ? [
            `Something it depends on does not answer. Mend that${until}; the record then goes on by itself:`,
            `streamkeeper status ${where} --processor ${processor}`,
          ]
        : [
            'The record can never succeed as it is. It becomes a dead letter once nothing before it is unsettled. Mend its item, then:',
            `streamkeeper dlq redrive ${where} ${own}`,
          ];
    case 'apply':
      if (Object.keys(codes).length > 0)
        return [
          `The function cannot carry it out: ${Object.keys(codes).join(', ')}. Mend what it depends on${until}; the record then goes on by itself:`,
          `streamkeeper status ${where} --processor ${processor}`,
        ];
      return [
        `Nothing speaks against carrying it out now: it is being worked on, or writing fails. See the function's log; mend what it names${until}, and watch:`,
        `streamkeeper status ${where} --processor ${processor}`,
      ];
    case 'already-applied':
    case 'superseded':
    case 'ignored':
    case 'gone':
      return [
        'Its effect is in place: what fails comes after it in the batch, or is about to be done with. Look again in a minute:',
        `streamkeeper why-stuck ${where} --processor ${processor}`,
      ];
    case undefined:
      return [
        'The record could not be read or judged. See the function’s log, and watch:',
        `streamkeeper status ${where} --processor ${processor}`,
      ];
  }
}

function createdAt(record: EventRecord | undefined): number | undefined {
  const change = record?.['dynamodb'];
  const seconds =
    typeof change === 'object' && change !== null && 'ApproximateCreationDateTime' in change
      ? change.ApproximateCreationDateTime
      : undefined;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
