/**
 * The price of bringing notifications to people: the shipped processor, a loop that does everything record by record, and what
 * the engine takes of the same rows and pushes. Every way delivers the same messages in every round, in turn, as new events.
 */
import { join } from 'node:path';
import type { DynamoDBRecord } from 'aws-lambda';
import { readFixture } from '../../fixtures/read.ts';
import { bareUserId } from '../../shared/notifications/user-id.ts';
import { startTarget, type Target } from './notifications-target.ts';
import { limit, loop, shipped, type Way } from './notifications-ways.ts';

export interface NotificationsOptions {
  /** Per batch: messages and receipts, each of which somebody hears of. */
  readonly records: number;
  readonly rounds: number;
}

export interface NotificationsResult {
  readonly way: Way['name'];
  /** Of every round, in order. */
  readonly recordsPerSecond: readonly number[];
  /** To DynamoDB; median of the rounds. */
  readonly requestsPerRecord: number;
  /** The same for every way, or the comparison is void. */
  readonly pushesPerRecord: number;
  /** CPU time of this process, which plays the WebSocket API too; user and system, median, µs. */
  readonly cpuMicrosPerRecord: number;
}

const RECORDED = join(import.meta.dirname, '..', '..', 'fixtures', 'conversations', 'market-day.jsonl.gz');

export async function notifications(options: NotificationsOptions): Promise<readonly NotificationsResult[]> {
  const recorded = await recordedMessages(options.records);
  const connections = connectionsOf(recorded);
  const target = await startTarget(connections);
  try {
    return await measureAll(target, recorded, connections, options.rounds);
  } finally {
    await target.close();
  }
}

/** The first messages and receipts of the recorded day. */
async function recordedMessages(count: number): Promise<readonly DynamoDBRecord[]> {
  const found: DynamoDBRecord[] = [];
  for await (const record of readFixture(RECORDED)) {
    if (record.dynamodb?.Keys?.SK?.S?.startsWith('MSG#')) found.push(record);
    if (found.length === count) return found;
  }
  throw new RangeError(`records: the recorded day has ${found.length} messages and receipts`);
}

/** Three of five people are connected, every third of those twice. */
function connectionsOf(records: readonly DynamoDBRecord[]): readonly string[] {
  const users = new Set(
    records.flatMap(({ dynamodb }) => {
      const { sender_id, recipient_id } = dynamodb?.NewImage ?? {};
      return [sender_id?.S, recipient_id?.S].flatMap((id) => (id === undefined ? [] : [bareUserId(id)]));
    }),
  );
  return [...users].flatMap((user, index) => (index % 5 > 2 ? [] : index % 3 === 0 ? [user, user] : [user]));
}

async function measureAll(
  target: Target,
  recorded: readonly DynamoDBRecord[],
  connections: readonly string[],
  rounds: number,
): Promise<readonly NotificationsResult[]> {
  const byUser = new Map<string, string[]>();
  for (const [index, user] of connections.entries())
    byUser.set(user, [...(byUser.get(user) ?? []), `connection-${index}`]);
  const ways = [
    shipped(target),
    loop(target, 'in order'),
    loop(target, 'parallel'),
    limit(target, (user) => byUser.get(user) ?? []),
  ];
  const measured = ways.map((way) => ({ way, passages: [] as Passage[] }));
  for (const { way } of measured) await way.deliver(asNew(recorded.slice(0, 100), `warm-up-${way.name}`));
  for (let round = 0; round < rounds; round++) {
    for (const { way, passages } of measured)
      passages.push(await measure(target, way, asNew(recorded, `${round}-${way.name}`)));
  }
  return measured.map(({ way, passages }) => ({
    way: way.name,
    recordsPerSecond: passages.map(({ recordsPerSecond }) => Math.round(recordsPerSecond)),
    requestsPerRecord: median(passages.map(({ requestsPerRecord }) => requestsPerRecord)),
    pushesPerRecord: median(passages.map(({ pushesPerRecord }) => pushesPerRecord)),
    cpuMicrosPerRecord: Math.round(median(passages.map(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord))),
  }));
}

/** The same changes as events that nobody has seen. */
function asNew(records: readonly DynamoDBRecord[], run: string): readonly DynamoDBRecord[] {
  return records.map((record) => ({ ...record, eventID: `${run}-${record.eventID}` }));
}

interface Passage {
  readonly recordsPerSecond: number;
  readonly requestsPerRecord: number;
  readonly pushesPerRecord: number;
  readonly cpuMicrosPerRecord: number;
}

async function measure(target: Target, way: Way, records: readonly DynamoDBRecord[]): Promise<Passage> {
  const requestsBefore = target.requests();
  const pushesBefore = target.pushes();
  const cpuBefore = process.cpuUsage();
  const beganAt = process.hrtime.bigint();
  await way.deliver(records);
  const seconds = Number(process.hrtime.bigint() - beganAt) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    recordsPerSecond: records.length / seconds,
    requestsPerRecord: (target.requests() - requestsBefore) / records.length,
    pushesPerRecord: (target.pushes() - pushesBefore) / records.length,
    cpuMicrosPerRecord: (cpu.user + cpu.system) / records.length,
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
