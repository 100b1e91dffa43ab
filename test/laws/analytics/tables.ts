/** Sessions and history in memory: items as they are now, the stream record of every write, and what each record must count as. */
import { type RecordParts, streamRecord } from '../../support/record.ts';
import type { Spoilt, Time, Write } from './history.ts';
import { type Series, series } from './series.ts';

export type StreamRecord = ReturnType<typeof streamRecord>;
export type Stream = 'sessions' | 'history';

type Image = Readonly<Record<string, object>>;

interface Session {
  readonly image: Image;
  readonly createdMs?: number | undefined;
  readonly accessedMs?: number | undefined;
}

export class AnalyticsTables {
  readonly records: StreamRecord[] = [];
  readonly #streams = new Map<StreamRecord, Stream>();
  /** By event id; empty for what is ignored by rule, undefined for poison. */
  readonly counts = new Map<string, readonly Series[] | undefined>();
  readonly #sessions = new Map<string, Session>();
  readonly #entries: { readonly keys: Image; readonly image: Image }[] = [];

  /** @returns the stream record of the write; undefined if it changed nothing */
  write(write: Write, nowMs: number): StreamRecord | undefined {
    switch (write.kind) {
      case 'start':
        return this.#start(write.session, write.created, nowMs);
      case 'use':
        return this.#use(write.session, write.accessed, nowMs);
      case 'leave':
      case 'expire':
        return this.#end(write.session, write.kind === 'expire', nowMs);
      case 'analyze':
        return this.#analyze(write, nowMs);
      case 'edit':
      case 'forget':
        return this.#rewrite(write.kind, nowMs);
      case 'spoil':
        return this.#append(write.of, nowMs, spoilt(write.how, write.of), undefined);
      case 'canary':
        return this.#append('sessions', nowMs, { keys: { sessionId: { S: 'streamkeeper-canary-1' } } }, []);
    }
  }

  streamOf(record: StreamRecord): Stream {
    return this.#streams.get(record) ?? 'sessions';
  }

  #start(session: string, created: Time, nowMs: number): StreamRecord | undefined {
    if (this.#sessions.has(session)) return undefined;
    const { value, ms } = timeOf(created, nowMs);
    const image = {
      ...keyOf(session),
      ...PERSON,
      lastAccessedAt: { S: iso(nowMs) },
      ...(value === undefined ? {} : { createdAt: value }),
    };
    this.#sessions.set(session, { image, createdMs: ms, accessedMs: nowMs });
    // Without its creation it is one that was touched after it had gone.
    const counts = value === undefined ? [] : [series('SessionsStarted', {})];
    return this.#append('sessions', nowMs, { keys: keyOf(session), newImage: image }, counts);
  }

  #use(session: string, accessed: Time, nowMs: number): StreamRecord {
    const before = this.#sessions.get(session);
    const { value, ms } = timeOf(accessed, nowMs);
    const known: Image = before?.image ?? keyOf(session);
    const { lastAccessedAt: _, ...rest } = known;
    const image = { ...rest, ...(value === undefined ? {} : { lastAccessedAt: value }) };
    this.#sessions.set(session, { image, createdMs: before?.createdMs, accessedMs: ms });
    const parts = { keys: keyOf(session), newImage: image };
    return before === undefined
      ? this.#append('sessions', nowMs, parts, [])
      : this.#append('sessions', nowMs, { eventName: 'MODIFY', ...parts, oldImage: before.image }, []);
  }

  #end(session: string, expired: boolean, nowMs: number): StreamRecord | undefined {
    const before = this.#sessions.get(session);
    if (before === undefined) return undefined;
    this.#sessions.delete(session);
    const { image, createdMs = Number.NaN, accessedMs = Number.NaN } = before;
    const durationMs = accessedMs - createdMs;
    return this.#append(
      'sessions',
      nowMs,
      {
        eventName: 'REMOVE',
        keys: keyOf(session),
        oldImage: image,
        ...(expired ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
      },
      [
        series('SessionsEnded', { by: expired ? 'expiry' : 'deletion' }),
        ...(durationMs >= 0 ? [series('SessionDuration', {}, durationMs)] : []),
      ],
    );
  }

  #analyze(write: Write & { readonly kind: 'analyze' }, nowMs: number): StreamRecord {
    const { analysisType, confidence, outcome, predictedArr } = write;
    const keys = { historyId: { S: `entry-${this.#entries.length}` }, timestamp: { S: iso(nowMs) } };
    const values = Object.entries({ analysisType, confidence, outcome }).flatMap(([name, { value }]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const image = {
      ...keys,
      ...PERSON,
      ...Object.fromEntries(values),
      ...(predictedArr === undefined ? {} : { predictedArr }),
    };
    this.#entries.push({ keys, image });
    const dimensions = { analysisType: analysisType.as, confidence: confidence.as, outcome: outcome.as };
    return this.#append('history', nowMs, { keys, newImage: image }, [series('Analyses', dimensions)]);
  }

  #rewrite(kind: 'edit' | 'forget', nowMs: number): StreamRecord | undefined {
    const entry = this.#entries.at(-1);
    if (entry === undefined) return undefined;
    const { keys, image } = entry;
    if (kind === 'forget')
      return this.#append('history', nowMs, { eventName: 'REMOVE', keys, oldImage: image }, []);
    return this.#append(
      'history',
      nowMs,
      { eventName: 'MODIFY', keys, newImage: image, oldImage: image },
      [],
    );
  }

  #append(
    stream: Stream,
    nowMs: number,
    parts: RecordParts,
    counts: readonly Series[] | undefined,
  ): StreamRecord {
    const number = this.records.length + 95;
    const record = streamRecord({
      eventID: `e${number}`,
      seq: String(BigInt(number) * 10n ** 20n),
      at: Math.floor(nowMs / 1_000),
      newImage: parts.keys ?? {},
      ...parts,
    });
    this.records.push(record);
    this.#streams.set(record, stream);
    this.counts.set(record.eventID, counts);
    return record;
  }
}

/** What is known of people is in every item. */
const PERSON: Image = {
  userId: { S: 'user-of-Acme' },
  ipAddress: { S: '192.0.2.77' },
  userAgent: { S: 'Mozilla of Wile E.' },
  customerName: { S: 'Acme Corporation' },
  opportunityName: { S: 'Anvils by the dozen' },
  initialOpportunity: { M: { ['__proto__']: { S: 'Roadrunner' }, notes: { L: [{ S: 'deep desert' }] } } },
};

const keyOf = (session: string) => ({ sessionId: { S: session } });

const iso = (ms: number) => new Date(ms).toISOString();

const INDIA_MS = 5.5 * 3_600_000;

/** A moment as an attribute; its milliseconds where it is one. */
function timeOf(time: Time, ms: number): { readonly value?: object; readonly ms?: number } {
  switch (time) {
    case 'utc':
      return { value: { S: iso(ms) }, ms };
    case 'offset':
      return { value: { S: iso(ms + INDIA_MS).replace('Z', '+05:30') }, ms };
    case 'microseconds':
      return { value: { S: iso(ms).replace('Z', '000+00:00') }, ms };
    case 'absent':
      return {};
    case 'null':
      return { value: { NULL: true } };
    case 'number':
      return { value: { N: String(ms) } };
    case 'digits':
      return { value: { S: '1999' } };
    case 'word':
      return { value: { S: 'yesterday' } };
    case 'word-with-a-number':
      return { value: { S: 'Acme Corporation 5' } };
  }
}

function spoilt(how: Spoilt, of: Stream): RecordParts {
  const name = of === 'sessions' ? 'sessionId' : 'historyId';
  const keys = { [name]: { S: 'spoilt-one' } };
  switch (how) {
    case 'type':
      return { keys, newImage: { ...keys, ...PERSON, createdAt: { Q: 'Acme Corporation' } } };
    case 'image':
      return { eventName: 'REMOVE', keys, oldImage: [{ S: 'Acme Corporation' }] };
    case 'key':
      return { keys: { customer: { S: 'Acme Corporation' } }, newImage: PERSON };
    case 'key-type':
      return { keys: { [name]: { N: '7' } }, newImage: PERSON };
  }
}
