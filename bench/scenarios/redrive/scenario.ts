/**
 * What a redrive costs: dead letters are read, planned and redriven by the shipped tool through the shipped products function, and beside it,
 * in the same round, as many messages of the same size are received and deleted as fast as the queue engine gives them. Memory is that of the
 * tool's process alone: queue, table, index and function are in another.
 */
import { randomUUID } from 'node:crypto';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { noAudit } from '../../../operator/audit/audit.ts';
import { ANYWHERE } from '../../../operator/dead-letters/where.ts';
import { redrive } from '../../../operator/redrive/redrive.ts';
import { openSpill } from '../../../operator/redrive/spill.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { ratios, type Spread, spread } from '../../statistics.ts';
import { watchMemory } from './memory.ts';
import { type RedriveSystem, startRedriveSystem } from './system.ts';

export interface RedriveBenchOptions {
  readonly letters: number;
  /** One row of results for each. */
  readonly recordBytes: readonly number[];
  readonly rounds: number;
  say(line: string): void;
}

export interface RedriveBenchResult {
  readonly way: string;
  readonly letters: number;
  readonly recordBytes: number;
  /** Read, held and planned. */
  readonly plannedPerSecond: Spread;
  /** From the start to the last letter's end: read, planned, carried out, deleted. */
  readonly redrivenPerSecond: Spread;
  /** The engine's own: received and deleted, nothing else. */
  readonly receivedAndDeletedPerSecond: Spread;
  readonly redrivenToEngine: Spread;
  /** CPU time of the tool's process, user and system, for the whole redrive. */
  readonly cpuMicrosPerLetter: Spread;
  /** The same of the loop that only receives and deletes. */
  readonly cpuMicrosPerMessage: Spread;
  /** MB in use above what the process held before, looked at when all is read and planned, half done, and done. */
  readonly liveHeapGrowthMb: Spread;
  /** MB at its most, garbage that waits to be collected included. */
  readonly peakHeapGrowthMb: Spread;
}

const WARM_UP_LETTERS = 500;

interface Round {
  readonly planned: number;
  readonly redriven: number;
  readonly engine: number;
  readonly cpuMicros: number;
  readonly engineCpuMicros: number;
  readonly liveMb: number;
  readonly peakMb: number;
}

/** @throws when a letter is left. Linux x64 only: it needs the embedded DynamoDB. */
export async function benchRedrive(options: RedriveBenchOptions): Promise<readonly RedriveBenchResult[]> {
  const services = await startRedriveSystem();
  try {
    const results: RedriveBenchResult[] = [];
    await measureRound(services, WARM_UP_LETTERS, 1_000);
    for (const recordBytes of options.recordBytes) {
      const rounds: Round[] = [];
      for (let round = 1; round <= options.rounds; round++) {
        rounds.push(await measureRound(services, options.letters, recordBytes));
        options.say(`records of ${recordBytes} bytes, round ${round} of ${options.rounds}`);
      }
      results.push(resultOf(options.letters, recordBytes, rounds));
    }
    return results;
  } finally {
    await services.close();
  }
}

function resultOf(letters: number, recordBytes: number, rounds: readonly Round[]): RedriveBenchResult {
  const of = (figure: keyof Round) => rounds.map((round) => round[figure]);
  return {
    way: `${letters} letters with records of ${recordBytes} bytes`,
    letters,
    recordBytes,
    plannedPerSecond: spread(of('planned')),
    redrivenPerSecond: spread(of('redriven')),
    receivedAndDeletedPerSecond: spread(of('engine')),
    redrivenToEngine: ratios(of('redriven'), of('engine')),
    cpuMicrosPerLetter: spread(of('cpuMicros')),
    cpuMicrosPerMessage: spread(of('engineCpuMicros')),
    liveHeapGrowthMb: spread(of('liveMb')),
    peakHeapGrowthMb: spread(of('peakMb')),
  };
}

async function measureRound(services: RedriveSystem, letters: number, recordBytes: number): Promise<Round> {
  const { system, processor } = await services.fresh();
  await services.fill(processor, letters, recordBytes);
  const memory = await watchMemory();
  const cpuBefore = process.cpuUsage();
  const beganAt = process.hrtime.bigint();
  let plannedAt = beganAt;
  let halfDone = false;
  const spill = await openSpill();
  const options = {
    where: ANYWHERE,
    limit: undefined,
    rate: undefined,
    concurrency: 4,
    stopAfter: undefined,
    maxAgeMs: undefined,
    dryRun: false,
  };
  const report = await redrive(system, [processor], options, {
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    signal: new AbortController().signal,
    spill,
    runId: 'bench',
    onLetter: () => {},
    onPlanned: () => {},
    onPlan: () => {
      plannedAt = process.hrtime.bigint();
      memory.look();
    },
    onResults: (done) => {
      if (halfDone || done < letters / 2) return;
      halfDone = true;
      memory.look();
    },
    begin: async () => noAudit,
  });
  const endedAt = process.hrtime.bigint();
  const { user, system: kernel } = process.cpuUsage(cpuBefore);
  const growth = memory.stop();
  await spill.close();
  if (!report.settled || report.letters.settled !== letters)
    throw new Error(`${report.letters.settled} of ${letters} letters are gone`);
  await services.fillQueue(processor, letters, recordBytes);
  const engineCpuBefore = process.cpuUsage();
  const engine = await receiveAndDelete(services.sqs, processor.queueUrl, letters);
  const engineCpu = process.cpuUsage(engineCpuBefore);
  return {
    planned: letters / seconds(beganAt, plannedAt),
    redriven: letters / seconds(beganAt, endedAt),
    engine,
    cpuMicros: (user + kernel) / letters,
    engineCpuMicros: (engineCpu.user + engineCpu.system) / letters,
    liveMb: growth.live / 2 ** 20,
    peakMb: growth.peak / 2 ** 20,
  };
}

const LANES = 4;

/** @returns messages a second */
async function receiveAndDelete(sqs: SQSClient, queueUrl: string, letters: number): Promise<number> {
  const beganAt = process.hrtime.bigint();
  let left = letters;
  const lane = async () => {
    while (left > 0) {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
      );
      if (messages.length === 0) continue;
      left -= messages.length;
      const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return letters / seconds(beganAt, process.hrtime.bigint());
}

function seconds(from: bigint, to: bigint): number {
  return Number(to - from) / 1e9;
}
