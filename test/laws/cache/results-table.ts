/** The results table in memory: items as they are now, the stream records of every write, and every state an analysis has had. */
import { desiredState } from '../../../processors/analysis-results/item.ts';
import type { ReadItems } from '../../../shared/dynamodb/read-items.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { analysisImage, analysisRecord } from '../../support/analysis.ts';
import type { Numbering, Write } from './history.ts';

export type StreamRecord = ReturnType<typeof analysisRecord>;

type Image = Readonly<Record<string, unknown>>;

export class ResultsTable {
  readonly records: StreamRecord[] = [];
  /** Event ids of records whose own image can never be cached. */
  readonly poison = new Set<string>();
  readonly #items = new Map<string, Image>();
  readonly #past = new Map<string, Set<string>>();
  readonly #numbering: Numbering;
  #counter = 95;

  constructor(numbering: Numbering) {
    this.#numbering = numbering;
  }

  /** @returns the stream record of the write; undefined if it changed nothing */
  write(write: Write, nowMs: number): StreamRecord | undefined {
    const nowS = Math.floor(nowMs / 1_000);
    const before = this.#items.get(write.analysis);
    const after = changed(write, nowS, this.#counter);
    const expires = write.kind === 'expire';
    if (before === undefined && after === undefined) return undefined;
    if (expires && !(ttlOf(before) <= nowS)) return undefined;
    if (after === undefined) this.#items.delete(write.analysis);
    else this.#items.set(write.analysis, after);
    const record = analysisRecord(write.analysis, {
      eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
      seq: this.#nextNumber(),
      at: nowS,
      ...(after === undefined ? {} : { newImage: after }),
      ...(before === undefined ? {} : { oldImage: before }),
      ...(expires ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    });
    this.records.push(record);
    if (after !== undefined) this.past(write.analysis).add(JSON.stringify(decodeImage(after)));
    if (write.kind === 'spoil') this.poison.add(record.eventID);
    return record;
  }

  readonly readItems: ReadItems = async (keys) =>
    keys.map(({ id = '' }) => {
      const item = this.#items.get(id);
      return item === undefined ? undefined : decodeImage(item);
    });

  /** What the cache should hold now: undefined for nothing, 'spoiled' where the item cannot be cached. */
  wanted(analysis: string, nowMs: number): string | 'spoiled' | undefined {
    const image = this.#items.get(analysis);
    if (image === undefined || ttlOf(image) * 1_000 <= nowMs) return undefined;
    const item = decodeImage(image);
    return desiredState(item).ok ? JSON.stringify(item) : 'spoiled';
  }

  /** Every state the analysis ever had. */
  past(analysis: string): Set<string> {
    const past = this.#past.get(analysis) ?? new Set();
    this.#past.set(analysis, past);
    return past;
  }

  #nextNumber(): string {
    this.#counter++;
    return this.#numbering === 'small'
      ? String(this.#counter)
      : String(BigInt(this.#counter) * 10n ** 20n + BigInt(this.#counter * 7_919));
  }
}

/** @returns the item after the write, undefined if there is none */
function changed(write: Write, nowS: number, counter: number): Image | undefined {
  switch (write.kind) {
    case 'put':
      return analysisImage(write.analysis, `$${counter}`, write.lifeS === null ? null : nowS + write.lifeS);
    case 'spoil':
      return analysisImage(write.analysis, '', null, { analysisData: { S: `text ${counter}` } });
    case 'remove':
    case 'expire':
      return undefined;
  }
}

function ttlOf(image: Image | undefined): number {
  const ttl = image?.ttl as { N: string } | undefined;
  return ttl === undefined ? Number.POSITIVE_INFINITY : Number(ttl.N);
}
