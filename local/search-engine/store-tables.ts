/** The tables of one index, and the statements on them. Their names end with the number of the index. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Mapping } from './mapping.ts';

/** Marks are part of words: SQLite's default tears Indic words apart at their vowel signs. */
const TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

export const tableNames = (table: number | string): string[] =>
  ['d', 's', 'm', 'x', 'f'].map((kind) => kind + table);

export function createTables(db: DatabaseSync, table: number, { columns, textColumns }: Mapping): void {
  const extra = range(columns).map((column) => `, c${column}`);
  db.exec(`
    CREATE TABLE IF NOT EXISTS d${table} (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, v INTEGER, seq INTEGER${extra.join('')});
    CREATE TABLE IF NOT EXISTS s${table} (n INTEGER PRIMARY KEY, source TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS m${table} (n INTEGER NOT NULL, c INTEGER NOT NULL, value NOT NULL);
    CREATE INDEX IF NOT EXISTS mn${table} ON m${table} (n, c);
    CREATE TABLE IF NOT EXISTS x${table} (id TEXT PRIMARY KEY, v INTEGER, seq INTEGER, at INTEGER) WITHOUT ROWID;`);
  if (textColumns > 0) {
    const texts = range(textColumns).map((column) => `t${column}`);
    db.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS f${table} USING fts5(${texts.join(', ')}, content='', contentless_delete=1, tokenize="${TOKENIZER}")`,
    );
  }
}

export type Statement = keyof ReturnType<typeof statements>;

function statements(table: number, { columns, textColumns }: Mapping) {
  const placeholders = (count: number): string => ', ?'.repeat(count);
  const texts = range(textColumns).map((column) => `, t${column}`);
  const none = 'SELECT 1';
  return {
    find: `SELECT n, v, seq FROM d${table} WHERE id = ?`,
    source: `SELECT source FROM s${table} WHERE n = ?`,
    tombstone: `SELECT v, seq, at FROM x${table} WHERE id = ?`,
    put: `INSERT OR REPLACE INTO d${table} VALUES (?, ?, ?, ?${placeholders(columns)})`,
    putSource: `INSERT OR REPLACE INTO s${table} VALUES (?, ?)`,
    putValue: `INSERT INTO m${table} VALUES (?, ?, ?)`,
    putTexts:
      textColumns > 0
        ? `INSERT INTO f${table} (rowid${texts.join('')}) VALUES (?${placeholders(textColumns)})`
        : none,
    putTombstone: `INSERT INTO x${table} VALUES (?, ?, ?, ?)`,
    remove: `DELETE FROM d${table} WHERE n = ?`,
    removeSource: `DELETE FROM s${table} WHERE n = ?`,
    removeValues: `DELETE FROM m${table} WHERE n = ?`,
    removeTexts: textColumns > 0 ? `DELETE FROM f${table} WHERE rowid = ?` : none,
    removeTombstone: `DELETE FROM x${table} WHERE id = ?`,
    all: `SELECT id, v, seq, source FROM d${table} JOIN s${table} USING (n) ORDER BY n`,
    allTombstones: `SELECT id, v, seq, at FROM x${table}`,
    sweep: `DELETE FROM x${table} WHERE at < ?`,
    count: `SELECT count(*) AS count FROM d${table}`,
    countTombstones: `SELECT count(*) AS count FROM x${table}`,
    multipleColumns: `SELECT DISTINCT c FROM m${table}`,
    highestSeqNo: `SELECT max(coalesce((SELECT max(seq) FROM d${table}), -1), coalesce((SELECT max(seq) FROM x${table}), -1)) AS seq`,
  };
}

export function prepare(db: DatabaseSync, table: number, mapping: Mapping): Record<Statement, StatementSync> {
  const prepared = Object.entries(statements(table, mapping)).map(([name, sql]) => {
    const statement = db.prepare(sql);
    // Versions have 63 bits.
    statement.setReadBigInts(['find', 'tombstone', 'all', 'allTombstones'].includes(name));
    return [name, statement];
  });
  return Object.fromEntries(prepared);
}
