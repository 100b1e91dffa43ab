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
    name: 'item-not-read-again',
    bug: 'a reconciliation does not look again whether the item changed while it wrote',
    file: 'shared/search/projection/reconcile.ts',
    edits: [
      { find: 'wanted.text === target.wantedText) return [];', replace: 'wanted.text !== "") return [];' },
    ],
    law: 'products/earlier-stream',
    seed: 3,
  },
  {
    name: 'no-floor-after-a-conflict',
    bug: 'a reconciliation that met a tombstone writes no higher than before',
    file: 'shared/search/projection/reconcile.ts',
    edits: [
      {
        find: 'floor: Math.max(target.version, result.currentVersion ?? 0) + 1,',
        replace: 'floor: target.case.floor,',
      },
    ],
    law: 'products/again',
    seed: 1,
  },
  {
    name: 'own-state-on-a-redrive',
    bug: 'a redriven record whose item cannot be shown raises a document that was deleted',
    file: 'shared/search/projection/target.ts',
    edits: [{ find: "if (document.kind === 'absent' && redriven) {", replace: 'if (redriven && false) {' }],
    law: 'products/unfit',
    seed: 1,
  },
  {
    name: 'engine-refusal-dropped',
    bug: 'what the engine refuses counts as written',
    file: 'shared/search/projection/project.ts',
    edits: [
      {
        find: "result.kind === 'done' ? { kind: 'applied' } : result",
        replace: "result.kind === 'transient' ? result : { kind: 'applied' }",
      },
    ],
    law: 'products/calm',
    seed: 1,
  },
  {
    name: 'engine-reason-told',
    bug: 'a letter and a log quote what the engine says of a document',
    file: 'shared/search/projection/operation-result.ts',
    edits: [
      {
        find: "failure: { code: 'DOCUMENT_REFUSED', type }",
        replace: "failure: { code: 'DOCUMENT_REFUSED', type, details: error.reason ?? '' }",
      },
    ],
    law: 'products/calm',
    seed: 1,
  },
  {
    name: 'item-read-as-it-was',
    bug: 'items are read as they were a moment ago',
    file: 'shared/dynamodb/read-items.ts',
    edits: [{ find: 'ConsistentRead: true', replace: 'ConsistentRead: false' }],
    law: 'products/again',
    seed: 1,
  },
  {
    name: 'unprocessed-is-absent',
    bug: 'an item that the table had no capacity to read counts as deleted',
    file: 'shared/dynamodb/read-items.ts',
    edits: [{ find: 'answer.UnprocessedKeys?.[tableName]?.Keys;', replace: 'undefined;' }],
    law: 'products/reads',
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
  {
    name: 'tombstone-ends-early',
    bug: 'the cache forgets a deletion after a second, while an older state may still come',
    file: 'shared/cache/compare-and-set.ts',
    edits: [
      {
        find: "edition, 'PXAT', tombstone)",
        replace: "edition, 'PX', content == '' and 1000 or 604800000)",
      },
    ],
    law: 'analysis-results/again',
    seed: 3,
  },
  {
    name: 'lost-lock-ignored',
    bug: 'a rating that another computation overtook counts as kept',
    file: 'processors/bookings/ratings/recompute.ts',
    edits: [
      {
        find: "return { kind: 'transient', failure: { code: 'RATING_LOCK_LOST' } };",
        replace: 'continue;',
      },
    ],
    law: 'bookings/lags',
    seed: 1,
  },
  {
    name: 'recent-reviews-ignored',
    bug: 'a rating trusts the indexes with reviews that were merged just now',
    file: 'processors/bookings/ratings/compute.ts',
    edits: [
      {
        find: 'findReviews(providerId, requests, recent.keys(), tables, signal)',
        replace: 'findReviews(providerId, requests, [], tables, signal)',
      },
    ],
    law: 'bookings/lags',
    seed: 3,
  },
];
