/**
 * The documents of one index in SQLite: a narrow table of versions and columns, their sources, a full-text index, and the
 * tombstones of deleted ones. Nothing here decides: it keeps what it is told.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Indexed } from './document.ts';
import type { Mapping } from './mapping.ts';
import { createTables, prepare, type Statement, tableNames } from './store-tables.ts';

export interface StoredDocument {
  readonly rowId: number;
  readonly version: bigint;
  readonly seqNo: number;
}

export interface Tombstone {
  readonly version: bigint;
  readonly seqNo: number;
  readonly deletedAtMs: number;
}

export interface Write {
  readonly id: string;
  /** Of the document it replaces. */
  readonly rowId?: number;
  readonly version: bigint;
  readonly seqNo: number;
  readonly source: string;
  readonly indexed: Indexed;
}

/**
 * Texts by row that are not in the full-text index yet: many rows at once, the last state of each, cost a third of one by
 * one. `existed` tells whether the row is in it in an older state; without texts it is to go.
 */
type PendingTexts = Map<number, { readonly existed: boolean; readonly texts: Indexed['texts'] | undefined }>;

const number = (value: unknown): number => Number(value);

export class DocumentStore {
  /** Columns of which some document has several values. */
  readonly multiple = new Set<number>();
  readonly tables: { readonly documents: string; readonly values: string; readonly texts: string };
  readonly #db: DatabaseSync;
  readonly #textColumns: number;
  /** Of the request that is being carried out. */
  readonly #written: PendingTexts = new Map();
  /** Of requests before it. */
  readonly #pending: PendingTexts = new Map();
  #tombstones: number;
  readonly #sql: Readonly<Record<Statement, StatementSync>>;

  /** @param table number of the index, unique in the database */
  constructor(db: DatabaseSync, table: number, mapping: Mapping) {
    this.#db = db;
    this.#textColumns = mapping.textColumns;
    this.tables = { documents: `d${table}`, values: `m${table}`, texts: `f${table}` };
    createTables(db, table, mapping);
    this.#sql = prepare(db, table, mapping);
    this.#tombstones = number(this.#sql.countTombstones.get()?.['count']);
    for (const { c } of this.#sql.multipleColumns.all()) this.multiple.add(number(c));
  }

  find(id: string): StoredDocument | undefined {
    const row = this.#sql.find.get(id);
    return row && { rowId: number(row['n']), version: BigInt(row['v'] as bigint), seqNo: number(row['seq']) };
  }

  tombstone(id: string): Tombstone | undefined {
    if (this.#tombstones === 0) return undefined;
    const row = this.#sql.tombstone.get(id);
    if (row === undefined) return undefined;
    return {
      version: BigInt(row['v'] as bigint),
      seqNo: number(row['seq']),
      deletedAtMs: number(row['at']),
    };
  }

  source(rowId: number): string {
    return String(this.#sql.source.get(rowId)?.['source']);
  }

  put({ id, rowId, version, seqNo, source, indexed }: Write): void {
    this.#forget(id);
    const { lastInsertRowid } = this.#sql.put.run(rowId ?? null, id, version, seqNo, ...indexed.columns);
    const row = rowId ?? number(lastInsertRowid);
    this.#sql.putSource.run(row, source);
    if (rowId !== undefined && this.multiple.size > 0) this.#sql.removeValues.run(row);
    for (const [column, values] of indexed.multiple) {
      this.multiple.add(column);
      for (const value of values) this.#sql.putValue.run(row, column, value);
    }
    this.#setTexts(row, rowId !== undefined, indexed.texts);
  }

  /** @param rowId of the document; absent if only its tombstone is to be set */
  remove(id: string, rowId: number | undefined, tombstone: Tombstone): void {
    if (rowId !== undefined) {
      this.#sql.remove.run(rowId);
      this.#sql.removeSource.run(rowId);
      if (this.multiple.size > 0) this.#sql.removeValues.run(rowId);
      this.#setTexts(rowId, true, undefined);
    }
    this.#forget(id);
    this.#sql.putTombstone.run(id, tombstone.version, tombstone.seqNo, tombstone.deletedAtMs);
    this.#tombstones++;
  }

  *documents(): Generator<Omit<Write, 'rowId' | 'indexed'>> {
    for (const row of this.#sql.all.iterate()) {
      yield {
        id: String(row['id']),
        version: BigInt(row['v'] as bigint),
        seqNo: number(row['seq']),
        source: String(row['source']),
      };
    }
  }

  *tombstones(): Generator<[id: string, Tombstone]> {
    for (const row of this.#sql.allTombstones.iterate()) {
      const version = BigInt(row['v'] as bigint);
      yield [String(row['id']), { version, seqNo: number(row['seq']), deletedAtMs: number(row['at']) }];
    }
  }

  forgetTombstonesBefore(deletedAtMs: number): void {
    if (this.#tombstones === 0) return;
    this.#tombstones -= number(this.#sql.sweep.run(deletedAtMs).changes);
  }

  /** To be called before the transaction of a request ends. @param pendingRows how many rows of texts may wait in memory */
  commit(pendingRows: number): void {
    for (const [row, { existed, texts }] of this.#written) {
      this.#pending.set(row, { existed: this.#pending.get(row)?.existed ?? existed, texts });
    }
    this.#written.clear();
    if (this.#pending.size > pendingRows) this.#writeTexts();
  }

  /** To be called when the transaction was rolled back. */
  discard(): void {
    this.#written.clear();
    this.#tombstones = number(this.#sql.countTombstones.get()?.['count']);
  }

  /** To be called before texts are searched. */
  makeTextsSearchable(): void {
    if (this.#pending.size === 0) return;
    if (this.#db.isTransaction) {
      this.#writeTexts();
      return;
    }
    this.#db.exec('BEGIN');
    this.#writeTexts();
    this.#db.exec('COMMIT');
  }

  count(): number {
    return number(this.#sql.count.get()?.['count']);
  }

  highestSeqNo(): number {
    return number(this.#sql.highestSeqNo.get()?.['seq']);
  }

  drop(): void {
    for (const name of tableNames(this.tables.documents.slice(1)))
      this.#db.exec(`DROP TABLE IF EXISTS ${name}`);
  }

  #forget(id: string): void {
    if (this.#tombstones > 0) this.#tombstones -= number(this.#sql.removeTombstone.run(id).changes);
  }

  #setTexts(row: number, existed: boolean, texts: Indexed['texts'] | undefined): void {
    if (this.#textColumns === 0) return;
    this.#written.set(row, { existed: this.#written.get(row)?.existed ?? existed, texts });
  }

  /** In the order of rows: the full-text index starts a new segment whenever they go backwards. */
  #writeTexts(): void {
    for (const [row, { existed, texts }] of [...this.#pending].sort(([a], [b]) => a - b)) {
      if (existed) this.#sql.removeTexts.run(row);
      if (texts !== undefined) this.#sql.putTexts.run(row, ...texts);
    }
    this.#pending.clear();
  }
}
