/**
 * Reads all letters that a run is about: each record once, however many letters hold it, out of memory; each letter with what it holds, so
 * that it goes when, and only when, all of that is settled. Nothing is changed.
 */
import { createHash } from 'node:crypto';
import { Problem } from '../../local/problem.ts';
import { canonicalJson } from '../../shared/stream/canonical-json.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import { recordIdentity } from '../dead-letters/identity.ts';
import { member } from '../dead-letters/json.ts';
import type { FailedRecord, Letter } from '../dead-letters/letter.ts';
import type { OpenLetters } from '../dead-letters/letters.ts';
import { streamArnOf } from '../dead-letters/record-facts.ts';
import { matchesIn, matchesUnread, type Where } from '../dead-letters/where.ts';
import type { ProcessorFacts } from '../system/system.ts';
import type { Entry, Parcel } from './entry.ts';
import { oldestFirst, positionOf } from './order.ts';
import type { Spill } from './spill.ts';

export interface Gathered {
  /** Every record of the letters below, chosen or not. */
  readonly entries: readonly Entry[];
  readonly parcels: readonly Parcel[];
  /** Letters without a record that could be decided about; the reason is theirs. */
  readonly unread: readonly Letter[];
  /** Letters in which there is nothing: test messages, windows without records, notifications of objects that are settled. */
  readonly empty: readonly Letter[];
}

export interface GatherPorts {
  readonly letters: OpenLetters;
  readonly processor: Pick<ProcessorFacts, 'name' | 'mappings'>;
  readonly where: Where;
  readonly spill: Spill;
  /** The name of a table's partition key. */
  readonly partitionKeyOf: (table: string) => Promise<string | undefined>;
  readonly onLetter: () => void;
}

export async function gather(ports: GatherPorts): Promise<Gathered> {
  const { letters, where } = ports;
  const byIdentity = new Map<string, Entry>();
  const parcels: Parcel[] = [];
  const unread: Letter[] = [];
  const empty: Letter[] = [];
  for await (const letter of letters.letters()) {
    ports.onLetter();
    const isChosen = letter.records.some((record) => matchesIn(where, letter, record));
    if (isChosen) parcels.push(await parcelOf(letter, byIdentity, ports));
    else if (letter.records.length === 0 && matchesUnread(where, letter))
      (isEmpty(letter) ? empty : unread).push(letter);
    else await letters.release([letter]);
  }
  return { entries: [...byIdentity.values()], parcels, unread, empty };
}

/** Whatever a letter claims, it waits in the queue where it was found. */
function asOf(record: FailedRecord, { processor }: Letter): FailedRecord {
  return { ...record, processor };
}

async function parcelOf(letter: Letter, byIdentity: Map<string, Entry>, ports: GatherPorts): Promise<Parcel> {
  const parcel: Parcel = { letter: { ...letter, records: [] }, entries: [] };
  for (const [index, record] of letter.records.entries()) {
    const identity = `${recordIdentity(asOf(record, letter), letter, index)} ${digestOf(record.record)}`;
    const known = byIdentity.get(identity);
    const entry = known ?? (await entryOf(record, letter, ports));
    byIdentity.set(identity, entry);
    entry.chosen ||= matchesIn(ports.where, letter, record);
    entry.parcels.add(parcel);
    if (!parcel.entries.includes(entry)) parcel.entries.push(entry);
  }
  return parcel;
}

async function entryOf(failed: FailedRecord, letter: Letter, ports: GatherPorts): Promise<Entry> {
  const { record, ...facts } = failed;
  const json = JSON.stringify(record) ?? 'null';
  const arn = streamArnOf(record) || failed.streamArn;
  const mapping = ports.processor.mappings.find(({ streamArn }) => tableArn(streamArn) === tableArn(arn));
  const createdAt = member(member(record, 'dynamodb'), 'ApproximateCreationDateTime');
  const eventId = member(record, 'eventID');
  const table = mapping?.table ?? '';
  return {
    processor: letter.processor,
    facts,
    // As the door reads it: an empty id is one.
    sent: {
      eventId: typeof eventId === 'string' ? eventId : undefined,
      sequenceNumber: failed.sequenceNumber,
    },
    table,
    place: await ports.spill.write(json),
    bytes: Buffer.byteLength(json),
    createdAtMs: typeof createdAt === 'number' && createdAt > 0 ? createdAt * 1000 : undefined,
    parcels: new Set(),
    refusal: refusalOf(failed, letter, mapping !== undefined),
    position: positionOf({ ...failed, streamArn: arn }, table, await ports.partitionKeyOf(table)),
    chosen: false,
    verdict: undefined,
    present: 'unread',
    result: undefined,
  };
}

/** Whoever can write to a queue or bucket must not reach another function by it, nor hand a function another table's records. */
function refusalOf(failed: FailedRecord, letter: Letter, isOfTable: boolean): Failure | undefined {
  if (failed.processor !== letter.processor)
    return {
      code: 'OTHER_PROCESSOR',
      details: `its letter says that it failed in ${failed.processor.slice(0, 60)}; find out how it came here, then discard it`,
    };
  if (!isOfTable)
    return {
      code: 'OTHER_TABLE',
      details: `it is of no table whose stream ${letter.processor} follows; find out how it came here, then discard it`,
    };
  return undefined;
}

/** Without the stream's label: a stream that was switched off and on again is of the same table. */
function tableArn(streamArn: string): string {
  return streamArn.split('/stream/')[0] ?? '';
}

/**
 * Two letters of one event hold the same change, or one of them is not what it says. Only what the change is counts, in any order of its
 * members: a copy read from the stream may name things in another order than one that Lambda wrote.
 */
function digestOf(record: unknown): string {
  const body = member(record, 'dynamodb');
  const change = [
    member(record, 'eventName'),
    ...['Keys', 'NewImage', 'OldImage'].map((name) => member(body, name)),
  ];
  return createHash('sha256').update(canonicalJson(change)).digest('base64');
}

/** What was announced and is settled, and what never held a record. A letter of no known form is not among them. */
function isEmpty({ form, resolvable, reason, batch }: Letter): boolean {
  switch (form) {
    case 'test-message':
      return true;
    case 'unknown':
      return false;
    case 'envelope':
      return reason?.code === 'OBJECT_GONE';
    case 'failed-batch':
    case 'pointer':
      if (reason?.code === 'OBJECT_GONE') return true;
      return (resolvable || reason?.code === 'NO_SEQUENCE_NUMBERS') && batch?.batchSize === 0;
  }
}

/** Leaves out all but the `limit` oldest. @throws Problem when it is no number of records */
export function limitTo(entries: readonly Entry[], limit: number | undefined): void {
  if (limit === undefined) return;
  if (!Number.isInteger(limit) || limit < 1)
    throw new Problem('--limit: expected a number of records from 1 on');
  const chosen = entries.filter((entry) => entry.chosen).sort(oldestFirst);
  for (const entry of chosen.slice(limit)) entry.chosen = false;
}
