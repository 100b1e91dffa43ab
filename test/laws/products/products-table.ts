/** The products table in memory: rows as they are now, the stream records of every write, and every state a product has had. */
import { desiredState } from '../../../processors/products/document.ts';
import type { ItemKey } from '../../../shared/dynamodb/read-items.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import type { Item } from '../../../shared/stream/change.ts';
import { productImage, productKeys, streamRecord } from '../../support/record.ts';
import type { Numbering, Spoiled, Write } from './history.ts';

export type StreamRecord = ReturnType<typeof streamRecord>;

type Image = Record<string, unknown>;

export type Wanted =
  | { readonly kind: 'document'; readonly json: string }
  | { readonly kind: 'nothing' }
  /** The item cannot be projected as it is. */
  | { readonly kind: 'spoiled'; readonly how: Spoiled };

/** Our schema takes any text for a date; the engine's mapping does not. */
const UNREADABLE_DATE = { S: 'yesterday' };

export class ProductsTable {
  readonly records: StreamRecord[] = [];
  /** Event ids of records whose own image can never be projected, by what refuses it. */
  readonly poison = new Map<string, Spoiled>();
  /** Writes of rows that are not the product itself. */
  otherRows = 0;
  readonly #rows = new Map<string, Image>();
  /** As they were before they were last written. */
  readonly #before = new Map<string, Image | undefined>();
  readonly #pastDocuments = new Map<string, Set<string>>();
  /** By event id, in the order of the writes. */
  readonly #productOf = new Map<string, string>();
  /** By event id, the product and how many states it had had then. */
  readonly #stateOf = new Map<string, { readonly product: string; readonly index: number }>();
  /** What each product was to be in the index after each write that could be projected: undefined for nothing. */
  readonly #states = new Map<string, (string | undefined)[]>();
  readonly #lastDocument = new Map<string, string>();
  readonly #numbering: Numbering;
  #counter = 40_000;
  #noise = 0n;

  constructor(numbering: Numbering) {
    this.#numbering = numbering;
  }

  /** @returns the stream record of the write; undefined if it changed nothing */
  write(write: Write, nowMs: number): StreamRecord | undefined {
    const row = write.kind === 'other-row' ? write.row : 'DETAILS';
    const name = `${write.product} ${row}`;
    const before = this.#rows.get(name);
    const after = changed(write, before, this.#counter);
    if (before === undefined && after === undefined) return undefined;
    this.#before.set(name, before);
    if (after === undefined) this.#rows.delete(name);
    else this.#rows.set(name, after);
    const record = streamRecord({
      eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
      seq: this.#nextNumber(),
      at: Math.floor(nowMs / 1000),
      keys: productKeys(write.product, row),
      ...(after === undefined ? {} : { newImage: after }),
      ...(before === undefined ? {} : { oldImage: before }),
    });
    this.records.push(record);
    if (row === 'DETAILS') this.#remember(write.product, record.eventID);
    else this.otherRows++;
    return record;
  }

  /** A row as it is in the table; where the read is not consistent, as it was before the last write. */
  image(key: ItemKey, isConsistent: boolean): Image | undefined {
    const name = `${productOf(key)} ${key.SK}`;
    return isConsistent ? this.#rows.get(name) : this.#before.get(name);
  }

  /** Products that have a row `DETAILS`, in order. */
  products(): readonly string[] {
    const details = ' DETAILS';
    return [...this.#rows.keys()]
      .filter((name) => name.endsWith(details))
      .map((name) => name.slice(0, -details.length))
      .sort();
  }

  /** What the index should hold for a product now. */
  wanted(product: string): Wanted {
    const desired = desiredState(product, this.#item(`${product} DETAILS`));
    if (!desired.ok) return { kind: 'spoiled', how: 'schema' };
    if (desired.effect.kind === 'delete') return { kind: 'nothing' };
    if (this.#rows.get(`${product} DETAILS`)?.created_at === UNREADABLE_DATE)
      return { kind: 'spoiled', how: 'engine' };
    return { kind: 'document', json: JSON.stringify(desired.effect.document) };
  }

  /** The event that made the product what it is now. */
  lastEvent(product: string): string | undefined {
    return [...this.#productOf].findLast(([, name]) => name === product)?.[0];
  }

  /** Whether the item of a record cannot be projected as it is now. */
  isSpoiled({ eventID }: StreamRecord): boolean {
    const product = this.#productOf.get(eventID);
    return product !== undefined && this.wanted(product).kind === 'spoiled';
  }

  /** Every document the product could have had at some time. */
  pastDocuments(product: string): ReadonlySet<string> {
    return this.#past(product);
  }

  /** What one clean pass in stream order leaves: a state that cannot be projected changes nothing. */
  lastDocument(product: string): string | undefined {
    return this.#lastDocument.get(product);
  }

  /** Documents the product had since it was last out of the index. */
  documentsSinceDeletion(product: string): ReadonlySet<string> {
    const states = this.#states.get(product) ?? [];
    const last = states.lastIndexOf(undefined);
    return new Set(states.slice(last + 1).filter((state) => state !== undefined));
  }

  /** @returns what is wrong, in words, if the index is behind the state that the event brought */
  notReached(eventId: string, documents: ReadonlyMap<string, string>): string | undefined {
    const { product = '', index = -1 } = this.#stateOf.get(eventId) ?? {};
    if (index < 0) return undefined;
    const stored = documents.get(product);
    const reached = this.#states.get(product)?.slice(index).includes(stored);
    return reached
      ? undefined
      : `${eventId} is below the checkpoint, and ${product} in the index is ${stored ?? 'nothing'}`;
  }

  #remember(product: string, eventId: string): void {
    this.#productOf.set(eventId, product);
    const wanted = this.wanted(product);
    if (wanted.kind !== 'spoiled') {
      const states = this.#states.get(product) ?? [];
      this.#states.set(product, states);
      states.push(wanted.kind === 'document' ? wanted.json : undefined);
      this.#stateOf.set(eventId, { product, index: states.length - 1 });
    }
    if (wanted.kind === 'document') {
      this.#past(product).add(wanted.json);
      this.#lastDocument.set(product, wanted.json);
    }
    if (wanted.kind === 'nothing') this.#lastDocument.delete(product);
    if (wanted.kind === 'spoiled') this.poison.set(eventId, wanted.how);
  }

  #item(name: string): Item | undefined {
    const row = this.#rows.get(name);
    return row === undefined ? undefined : decodeImage(row);
  }

  #past(product: string): Set<string> {
    const past = this.#pastDocuments.get(product) ?? new Set();
    this.#pastDocuments.set(product, past);
    return past;
  }

  #nextNumber(): string {
    this.#counter++;
    this.#noise += 7_919n;
    switch (this.#numbering) {
      case 'small':
        return String(this.#counter);
      case 'aws':
        return String(BigInt(this.#counter) * 10n ** 20n + this.#noise);
      case 'aws-with-ties':
        return String(BigInt(this.#counter >> 2) * 10n ** 20n + this.#noise);
    }
  }
}

const productOf = (key: Readonly<Record<string, string>>) => (key.PK ?? '').slice('PRODUCT#'.length);

/** @returns the row after the write, undefined if there is none */
function changed(write: Write, before: Image | undefined, counter: number): Image | undefined {
  switch (write.kind) {
    case 'put':
      return productImage(write.product, { pricing: price(write.price), revision: { N: String(counter) } });
    case 'other-row':
      return { ...productKeys(write.product, write.row), revision: { N: String(counter) } };
    case 'status':
      return before === undefined ? undefined : { ...before, status: { S: write.status } };
    case 'spoil':
      return productImage(write.product, spoiledAttribute(write.how));
    case 'remove':
      return undefined;
  }
}

const price = (rupees: number) => ({ M: { retail: { M: { price: { N: String(rupees) } } } } });

function spoiledAttribute(how: Spoiled): Image {
  return how === 'schema' ? { quantity_available: { S: 'lots-of-it' } } : { created_at: UNREADABLE_DATE };
}
