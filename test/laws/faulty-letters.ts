/** The shipped sink of dead letters on a queue and a bucket in memory, where letters by their number are refused, kept all the same, or left without an answer. */
import { gunzipSync } from 'node:zlib';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { SendMessageCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { readEnvelope } from '../../operator/dead-letters/read-envelope.ts';
import { awsDeadLetterSink } from '../../shared/dead-letters/aws-sink.ts';
import type { DeadLetterSink } from '../../shared/dead-letters/letter.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

/** A letter, by its number, that the queue refuses, or leaves without an answer; `kept` ones are stored all the same. */
export interface LetterFault {
  readonly letter: number;
  readonly kept: boolean;
  readonly hangs: boolean;
}

export const letterFaults: fc.Arbitrary<readonly LetterFault[]> = fc.array(
  fc.record({
    letter: fc.integer({ min: 0, max: 4 }),
    kept: fc.boolean(),
    hangs: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 3 },
);

export const neverKept: fc.Arbitrary<readonly LetterFault[]> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.boolean(), fc.boolean())
  .map(([count, kept, hangs]) => Array.from({ length: count }, (_, letter) => ({ letter, kept, hangs })));

export interface LetterWire {
  /** Of the process that sends. */
  readonly clock: Clock;
  fault(): Pick<LetterFault, 'kept' | 'hangs'> | undefined;
  keep(letter: KeptLetter): void;
  alive(): boolean;
}

/** As the operators' tool reads it. */
export interface KeptLetter {
  readonly record: unknown;
  readonly error: object;
}

export function faultyLetters(wire: LetterWire): DeadLetterSink {
  const take = async (text: string, signal: AbortSignal) => {
    await sleep(wire.clock, 1, signal);
    const fault = wire.fault();
    if (wire.alive() && (fault === undefined || fault.kept)) wire.keep(read(text));
    if (fault === undefined) return {};
    if (fault.hangs) await sleep(wire.clock, LONG_MS, signal);
    throw Object.assign(new Error('injected'), { code: 'QUEUE_DOWN' });
  };
  const sqs = {
    send: ({ input }: { readonly input: SendMessageCommandInput }, options: Options) =>
      take(input.MessageBody ?? '', options.abortSignal),
  } as unknown as SQSClient;
  const s3 = {
    send: ({ input }: { readonly input: PutObjectCommandInput }, options: Options) =>
      take(gunzipSync(input.Body as Buffer).toString(), options.abortSignal),
  } as unknown as S3Client;
  let ids = 0;
  return awsDeadLetterSink({ sqs, s3, queueUrl: 'queue', bucket: 'bucket', newId: () => `id-${ids++}` });
}

interface Options {
  readonly abortSignal: AbortSignal;
}

const LONG_MS = 3_600_000;

function read(text: string): KeptLetter {
  const { records, reason } = readEnvelope(JSON.parse(text));
  const [one] = records;
  if (one === undefined) throw new Error(`a letter cannot be read: ${JSON.stringify(reason)}`);
  return one;
}
