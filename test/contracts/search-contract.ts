/**
 * What this project needs of a search engine, as one suite that every engine it runs on has to pass: real OpenSearch and
 * the embedded endpoint. A rule that only one of them keeps is no rule here.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { administrationContract } from './search/administration.ts';
import { connect, type Engine, type EngineUnderTest, type SearchClaim } from './search/engine.ts';
import { filterContract } from './search/filters.ts';
import { inTheWayContract } from './search/in-the-way.ts';
import { languageContract } from './search/languages.ts';
import { mappingContract } from './search/mapping.ts';
import { operationsContract } from './search/operations.ts';
import { pagingContract } from './search/paging.ts';
import { projectionContract } from './search/projection.ts';
import { rebuildContract } from './search/rebuild.ts';
import { refusalContract } from './search/refusals.ts';
import { versionContract } from './search/versions.ts';

export type { EngineUnderTest, SearchClaim } from './search/engine.ts';

/** For an engine of Java on a busy machine. */
const START_MS = 300_000;

/** @param claims linguistic features the engine has; all other rules hold for every engine */
export function searchContract(
  name: string,
  startEngine: () => Promise<EngineUnderTest>,
  claims: readonly SearchClaim[] = [],
): void {
  describe(`search contract: ${name}`, () => {
    let engine: Engine | undefined;
    const running = (): Engine => {
      if (!engine) throw new Error('the engine is not running: it failed to start');
      return engine;
    };
    beforeAll(async () => {
      engine = connect(await startEngine());
    }, START_MS);
    afterAll(async () => {
      await engine?.close();
    });

    describe('administration', () => administrationContract(running));
    describe('in the way', () => inTheWayContract(running));
    describe('mapping', () => mappingContract(running));
    describe('versions', () => versionContract(running));
    describe('refusals', () => refusalContract(running));
    describe('languages', () => languageContract(running, claims));
    describe('filters and sorting', () => filterContract(running));
    describe('paging', () => pagingContract(running));
    describe('projection', () => projectionContract(running));
    describe('operations', () => operationsContract(running));
    describe('rebuild', () => rebuildContract(running));
  });
}
