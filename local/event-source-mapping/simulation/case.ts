/** A case: a mapping, shards with their records, and a function that answers by rule. docs/event-source-mapping.md describes the JSON. */
import { isDeeperThan } from '../../../shared/json-depth.ts';
import { exponentialBackoff, type MappingConfig, type Parameters, parseMapping } from '../index.ts';
import { CaseError, LARGEST, type Reader, readerOf, refusal } from './case-reader.ts';

export interface CaseShard {
  readonly shardId: string;
  readonly parentShardId: string | undefined;
  readonly records: readonly { readonly atMs: number; readonly event: unknown }[];
}

export type Answer =
  | { readonly kind: 'respond'; readonly payload: unknown }
  | { readonly kind: 'report-matched' }
  | { readonly kind: 'throw'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'throttle' };

export interface Rule {
  /** The rule is for batches that hold one of these; absent: for every batch. */
  readonly whenBatchHas: ReadonlySet<string> | undefined;
  readonly times: number;
  readonly answer: Answer;
  readonly durationMs: number;
}

export interface Case {
  readonly mapping: MappingConfig;
  readonly shards: readonly CaseShard[];
  /** Absent: the mapping is never enabled. */
  readonly enabledAtMs: number | undefined;
  readonly rules: readonly Rule[];
  readonly durationMs: number;
  readonly parameters: Partial<Parameters>;
  /** The instant that atMs 0 stands for, milliseconds since the epoch. */
  readonly epochMs: number;
  /** Members this simulator does not know. */
  readonly unknown: readonly string[];
}

const KNOWN = 'mapping shards enabledAtMs handler durationMs executedVersion epochMs parameters'.split(' ');

/** DynamoDB nests 32 levels deep, each two of JSON (developer guide, "Constraints"). */
const DEEPEST = 200;

/**
 * @throws CaseError if the case is malformed
 * @throws MappingError if AWS would refuse the mapping
 */
export function readCase(json: unknown): Case {
  if (isDeeperThan(DEEPEST, json))
    throw new CaseError(`the case is nested deeper than ${DEEPEST} levels, and no record is`);
  const reader = readerOf(json, '');
  const streamArn = streamArnIn(reader.value('shards'));
  const mapping = parseMapping(
    reader.value('mapping') ?? {},
    streamArn === undefined ? {} : { eventSourceArn: streamArn },
  );
  const shards = reader.objects('shards').map(readShard);
  const twice = shards.find(({ shardId }, at) => shards.findIndex((other) => other.shardId === shardId) < at);
  if (twice !== undefined)
    throw new CaseError(`shards lists ${twice.shardId} twice; put its records in one shard`);
  const records = shards.flatMap((shard) => shard.records);
  const durationMs = reader.number('durationMs', 1);
  const executedVersion = reader.text('executedVersion');
  return {
    mapping,
    shards,
    enabledAtMs: mapping.enabled || reader.has('enabledAtMs') ? reader.number('enabledAtMs', 0) : undefined,
    rules: reader.has('handler') ? reader.objects('handler').map((rule) => readRule(rule, durationMs)) : [],
    durationMs,
    parameters: {
      ageFrom: haveOneCreationTime(records) ? 'arrival' : 'creation',
      ...(executedVersion === undefined ? {} : { executedVersion }),
      ...readParameters(reader.object('parameters')),
    },
    epochMs: reader.has('epochMs') ? reader.number('epochMs') : epochOf(records),
    unknown: reader.names().filter((name) => !KNOWN.includes(name)),
  };
}

function readShard(reader: Reader): CaseShard {
  const shardId = reader.text('shardId');
  if (!shardId) throw refusal(`${reader.where}.shardId`, shardId, 'a string such as "shardId-00000001"');
  return {
    shardId,
    parentShardId: reader.text('parentShardId'),
    records: reader.objects('records').map((record) => {
      if (!record.has('record')) throw refusal(`${record.where}.record`, undefined, 'a Lambda event record');
      return { atMs: record.number('atMs', 0), event: record.value('record') };
    }),
  };
}

const ANSWERS = ['respond', 'reportMatched', 'throw', 'timeout', 'throttle'] as const;

function readRule(reader: Reader, durationMs: number): Rule {
  const given = ANSWERS.filter(
    (name) => reader.has(name) && (name === 'respond' || reader.value(name) !== false),
  );
  const [name] = given;
  if (name === undefined || given.length > 1)
    throw new CaseError(
      `${reader.where} has ${given.join(' and ') || 'no answer'}; it must have exactly one of ${ANSWERS.join(', ')}`,
    );
  const times = reader.number('times', Number.MAX_SAFE_INTEGER);
  const numbers = reader.texts('whenBatchHas');
  return {
    whenBatchHas: numbers && new Set(numbers),
    times,
    answer: answerOf(reader, name),
    durationMs: reader.number('durationMs', durationMs),
  };
}

function answerOf(reader: Reader, name: (typeof ANSWERS)[number]): Answer {
  switch (name) {
    case 'respond':
      return { kind: 'respond', payload: reader.value('respond') };
    case 'reportMatched':
      return { kind: 'report-matched' };
    case 'throw': {
      const error = reader.object('throw');
      return {
        kind: 'throw',
        errorType: error?.text('errorType') ?? 'Error',
        errorMessage: error?.text('errorMessage') ?? '',
      };
    }
    case 'timeout':
      return { kind: 'timeout' };
    case 'throttle':
      return { kind: 'throttle' };
  }
}

function readParameters(reader: Reader | undefined): Partial<Parameters> {
  if (reader === undefined) return {};
  const known = [
    'backoff',
    'retentionMs',
    'retentionLoss',
    'mixedIdentifiers',
    'unreadableResponse',
    'bisectWithoutRetries',
    'ageFrom',
  ];
  const stranger = reader.names().find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new CaseError(`${reader.where}.${stranger} is no parameter; there are ${known.join(', ')}`);
  const backoff = reader.object('backoff');
  const chosen = {
    retentionLoss: reader.choice('retentionLoss', ['silent', 'destination']),
    mixedIdentifiers: reader.choice('mixedIdentifiers', ['complete-failure', 'lowest-valid']),
    unreadableResponse: reader.choice('unreadableResponse', ['complete-failure', 'success']),
    bisectWithoutRetries: reader.choice('bisectWithoutRetries', ['split-first', 'discard-whole']),
    ageFrom: reader.choice('ageFrom', ['creation', 'arrival']),
    retentionMs: reader.has('retentionMs') ? reader.number('retentionMs') : undefined,
    backoffMs: backoff && exponentialBackoff(backoffShape(backoff)),
  };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
}

const backoffShape = (reader: Reader) => ({
  firstMs: reader.number('firstMs', 200),
  factor: reader.number('factor', 2),
  capMs: reader.number('capMs', 60_000),
});

type Arrival = CaseShard['records'][number];

/** Records made from one template carry one time: then their arrival tells their age. */
function haveOneCreationTime(records: readonly Arrival[]): boolean {
  return new Set(records.map(({ event }) => secondsOf(event))).size <= 1;
}

/** The earliest instant for atMs 0 at which no record arrives before it was created. */
function epochOf(records: readonly Arrival[]): number {
  let epochMs = 0;
  for (const { event, atMs } of records) {
    const seconds = secondsOf(event);
    if (seconds !== undefined) epochMs = Math.max(epochMs, seconds * 1000 - atMs);
  }
  return epochMs;
}

function secondsOf(event: unknown): number | undefined {
  const change = memberOf(event, 'dynamodb');
  const seconds = memberOf(change, 'ApproximateCreationDateTime');
  // What no date can be says nothing about when the case happens; its record is delivered all the same.
  return typeof seconds === 'number' && Math.abs(seconds) <= LARGEST / 1000 ? seconds : undefined;
}

/** The stream named by the first record, if there is one. */
function streamArnIn(shards: unknown): string | undefined {
  const records = memberOf(memberOf(shards, '0'), 'records');
  const arn = memberOf(memberOf(memberOf(records, '0'), 'record'), 'eventSourceARN');
  return typeof arn === 'string' ? arn : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
