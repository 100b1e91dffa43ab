/** Points in time: names for an index that a series of searches holds on to. They show the index as it is, not as it was. */
import type { Catalog, Index } from './catalog.ts';
import { EngineError, invalidRequest } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Answer } from './request.ts';

export class PointsInTime {
  readonly #open = new Map<string, string>();
  #created = 0;

  open(catalog: Catalog, expression: string, query: Readonly<Record<string, string>>, nowMs: number): Answer {
    if (query['keep_alive'] === undefined) throw invalidRequest(['keep alive not specified']);
    const index = catalog.resolveOne(expression);
    const id = Buffer.from(`embedded:${index.name}:${++this.#created}`).toString('base64');
    this.#open.set(id, index.name);
    return {
      status: 200,
      body: { pit_id: id, _shards: { total: 1, successful: 1, skipped: 0, failed: 0 }, creation_time: nowMs },
    };
  }

  /** @param pit the member `pit` of a search */
  index(catalog: Catalog, pit: unknown): Index {
    const id = isObject(pit) ? String(pit['id']) : '';
    const name = this.#open.get(id);
    if (name !== undefined) return catalog.resolveOne(name);
    throw new EngineError(404, {
      type: 'search_context_missing_exception',
      reason: 'No search context found for id',
    });
  }

  close(body: JsonObject): Answer {
    const ids = [body['pit_id'] ?? []].flat().map(String);
    const pits = ids.map((id) => ({ successful: this.#open.delete(id), pit_id: id }));
    return { status: pits.some(({ successful }) => successful) ? 200 : 404, body: { pits } };
  }

  closeAll(): Answer {
    const pits = [...this.#open.keys()].map((id) => ({ successful: true, pit_id: id }));
    this.#open.clear();
    return { status: 200, body: { pits } };
  }
}
