/** Collects the parts of one search statement: bound values, full-text leaves, and the joins that bring in their scores. */
import type { SQLInputValue } from 'node:sqlite';
import type { Index } from './catalog.ts';

/** A query compiled over the row `d` of a document. */
export interface Condition {
  /** SQL; NULL counts as false. */
  readonly where: string;
  /** SQL of the score of a row for which `where` holds. */
  readonly score: string;
}

export class SearchSql {
  readonly index: Index;
  /** By name: a statement may use some of them only. */
  readonly parameters: Record<string, SQLInputValue> = {};
  #bound = 0;
  readonly #leaves: string[] = [];
  #required: string | undefined;
  readonly #joins: string[] = [];

  constructor(index: Index) {
    this.index = index;
  }

  bind(value: SQLInputValue): string {
    const name = `p${++this.#bound}`;
    this.parameters[name] = value;
    return `$${name}`;
  }

  /**
   * Joins a set of rows with scores.
   *
   * @param select yields `id` and `s`
   * @param required whether only its rows can be in the result: the first such set then drives the search
   */
  join(select: string, required: boolean): Condition {
    const name = `l${this.#leaves.length}`;
    this.#leaves.push(`${name} AS MATERIALIZED (${select})`);
    if (!required) {
      this.#joins.push(`LEFT JOIN ${name} ON ${name}.id = d.n`);
      return { where: `${name}.id IS NOT NULL`, score: `${name}.s` };
    }
    if (this.#required === undefined) this.#required = name;
    else this.#joins.push(`JOIN ${name} ON ${name}.id = d.n`);
    return { where: '1', score: `${name}.s` };
  }

  hasLeaves(): boolean {
    return this.#leaves.length > 0;
  }

  with(): string {
    return this.#leaves.length === 0 ? '' : `WITH ${this.#leaves.join(', ')} `;
  }

  from(): string {
    const { documents } = this.index.store.tables;
    const driven = this.#required;
    const base = driven ? `${driven} CROSS JOIN ${documents} d ON d.n = ${driven}.id` : `${documents} d`;
    return [base, ...this.#joins].join(' ');
  }

  /** A condition on a column, for any one of its values. */
  anyValue(column: number, condition: (value: string) => string): string {
    const own = condition(`d.c${column}`);
    if (!this.index.store.multiple.has(column)) return own;
    const { values } = this.index.store.tables;
    return `(${own} OR d.n IN (SELECT n FROM ${values} WHERE c = ${column} AND ${condition('value')}))`;
  }
}
