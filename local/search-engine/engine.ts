/**
 * The embedded search engine: OpenSearch's REST API, as far as this project uses it, over SQLite's full-text search. It answers
 * a request at once and completely; a document can be searched as soon as it is written, where OpenSearch waits for a
 * refresh. What it does and does not do is in the README beside this file.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../shared/time/clock.ts';
import type { RefuseItem } from './bulk.ts';
import { Catalog, gcDeletesMs } from './catalog.ts';
import { EngineError, errorBody } from './errors.ts';
import { writeJson } from './json.ts';
import { PointsInTime } from './point-in-time.ts';
import type { Request } from './request.ts';
import { findRoute } from './router.ts';
import { filterAnswer } from './selection.ts';

export interface SearchEngineOptions {
  /** Tells when a tombstone is forgotten. */
  readonly clock: Clock;
  /** SQLite file that keeps everything for the next start. @default ':memory:' */
  readonly file?: string;
}

export interface EngineAnswer {
  readonly status: number;
  /** JSON text; empty for HEAD. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HandleOptions {
  /** Asked for each item of a bulk before it is carried out. */
  readonly refuseItem?: RefuseItem;
}

export interface SearchEngine {
  readonly clock: Clock;
  handle(request: Request, options?: HandleOptions): EngineAnswer;
  close(): void;
}

/** Rows whose texts may wait for the next search of texts; a file is complete after each request, as nobody knows which is the last. */
const PENDING_ROWS = 4_000;

const headers = { 'content-type': 'application/json; charset=UTF-8' };

/** Methods whose requests may change something. */
const changing = new Set(['PUT', 'POST', 'DELETE']);

function open(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file);
    // A crash may lose the last requests, as with an engine that has not synced its log; it never leaves half of one.
    db.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY');
    return db;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`search engine file: ${file} cannot be used (${why}); delete it, or give another`, {
      cause: error,
    });
  }
}

/** @throws {Error} when the file cannot be opened, or is no database of this engine; the message says so */
export function createSearchEngine({ clock, file = ':memory:' }: SearchEngineOptions): SearchEngine {
  const db = open(file);
  const catalog = new Catalog(db, clock);
  const pointsInTime = new PointsInTime();
  const pendingRows = file === ':memory:' ? PENDING_ROWS : 0;

  function run(request: Request, options: HandleOptions): { status: number; body: unknown } {
    const { route, path } = findRoute(request);
    const nowMs = clock.now();
    const context = { db, catalog, pointsInTime, nowMs, request, path, refuseItem: options.refuseItem };
    if (!changing.has(request.method)) return route.run(context);
    const before = [...catalog.indices];
    db.exec('BEGIN');
    try {
      const answer = route.run(context);
      for (const index of catalog.indices.values()) {
        index.store.forgetTombstonesBefore(nowMs - gcDeletesMs(index));
        index.store.commit(pendingRows);
      }
      db.exec('COMMIT');
      return answer;
    } catch (error) {
      db.exec('ROLLBACK');
      // An index that the request made is as gone as its tables.
      catalog.indices.clear();
      for (const [name, index] of before) catalog.indices.set(name, index);
      for (const index of catalog.indices.values()) index.store.discard();
      throw error;
    }
  }

  return {
    clock,
    handle(request, options = {}) {
      let answer: { status: number; body: unknown };
      try {
        answer = run(request, options);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        answer = { status: error.status, body: errorBody(error) };
      }
      if (request.method === 'HEAD') return { status: answer.status, body: '', headers };
      const { filter_path: filterPath } = request.query;
      return { status: answer.status, body: writeJson(filterAnswer(answer.body, filterPath)), headers };
    },
    close: () => db.close(),
  };
}
