/** Bugs of what is kept equal to a table: index, cache, ratings. */
import type { Mutation } from './mutation.ts';

export const projections: readonly Mutation[] = [
  {
    name: 'conflict-trusted',
    bug: 'a version conflict (409) is taken for a newer state that is in place',
    file: 'shared/search/projection/project.ts',
    edits: [
      {
        find: "if (result?.kind === 'conflict') return true;",
        replace:
          "if (result?.kind === 'conflict') outcomes.set(work, { kind: 'superseded' });\n    if (result?.kind === 'conflict') return false;",
      },
    ],
    law: 'products/all',
    seed: 1,
  },
  {
    name: 'redriven-takes-the-fast-path',
    bug: 'a redriven record is written by its position',
    file: 'shared/search/projection/project.ts',
    edits: [{ find: 'if (context.redriven || !hasOwnState', replace: 'if (!hasOwnState' }],
    law: 'products/again',
    seed: 1,
  },
  {
    name: 'old-takes-the-fast-path',
    bug: 'a record whose tombstone may be gone is written by its position',
    file: 'shared/search/projection/project.ts',
    edits: [{ find: 'const OLD_MS = 30_000;', replace: 'const OLD_MS = 3_000_000;' }],
    law: 'products/again',
    seed: 1,
  },
  {
    name: 'sequence-numbers-compared-as-text',
    bug: 'the cache compares sequence numbers as strings',
    file: 'shared/cache/compare-and-set.ts',
    edits: [{ find: "padStart(SEQUENCE_DIGITS, '0')", replace: "padEnd(SEQUENCE_DIGITS, '0')" }],
    law: 'analysis-results/again',
    seed: 1,
  },
];
