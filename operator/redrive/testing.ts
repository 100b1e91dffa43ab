/** Builds records of a redrive for tests: a valid one by default, anything overridden by name. */
import type { Letter } from '../dead-letters/letter.ts';
import type { Entry, Parcel } from './entry.ts';
import type { Spill } from './spill.ts';

export interface EntryParts extends Partial<Omit<Entry, 'facts' | 'position'>> {
  readonly eventId?: string;
  readonly seq?: string;
  readonly lane?: string;
  readonly label?: string;
  readonly failedAt?: string;
}

export function entry(parts: EntryParts = {}): Entry {
  const {
    eventId = 'e1',
    seq = '1',
    lane = 'p1',
    label = '2026',
    failedAt = '2026-01-01T00:00:00.000Z',
    ...rest
  } = parts;
  return {
    processor: 'products',
    facts: {
      processor: 'products',
      streamArn: 'arn:table/products/stream/2026',
      eventId,
      sequenceNumber: seq,
      key: `PK=${lane}`,
      failedAt,
      error: { code: 'FIRST' },
    },
    sent: { eventId, sequenceNumber: seq },
    table: 'products',
    place: { at: 0, bytes: 0 },
    bytes: 100,
    createdAtMs: undefined,
    parcels: new Set(),
    refusal: undefined,
    position: { lane, streamLabel: label, sequenceNumber: seq === '' ? undefined : BigInt(seq) },
    chosen: true,
    verdict: { kind: 'apply' },
    present: 'as in the record',
    result: undefined,
    ...rest,
  };
}

/** A letter that holds these. */
export function parcel(entries: Entry[], letter: Partial<Letter> = {}): Parcel {
  const made: Parcel = {
    letter: {
      form: 'failed-batch',
      processor: 'products',
      source: { object: { bucket: 'failures', key: 'a' } },
      records: [],
      resolvable: true,
      ...letter,
    },
    entries,
  };
  for (const one of entries) one.parcels.add(made);
  return made;
}

/** Of records in which nothing stands. */
export const emptySpill: Spill = {
  write: async () => ({ at: 0, bytes: 0 }),
  read: async () => '{}',
  close: async () => {},
};

export function memorySpill(): Spill {
  const texts: string[] = [];
  return {
    write: async (text) => ({ at: texts.push(text) - 1, bytes: 0 }),
    read: async ({ at }) => texts[at] ?? '',
    close: async () => {},
  };
}
