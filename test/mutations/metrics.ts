/** Bugs of what is counted: how often, as what, and what a count gives away. */
import type { Mutation } from './mutation.ts';

export const metrics: readonly Mutation[] = [
  {
    name: 'counted-again-by-the-next-batch',
    bug: 'a process that stays warm counts what it has counted before once more',
    file: 'processors/analytics/publish.ts',
    edits: [
      { find: '  return {\n    add(measures) {\n', replace: '' },
      {
        find: '      const counts = new Map<string, { readonly measure: Measure; count: number }>();\n',
        replace:
          '  const counts = new Map<string, { readonly measure: Measure; count: number }>();\n  return {\n    add(measures) {\n',
      },
    ],
    law: 'analytics/calm',
    seed: 1,
  },
  {
    name: 'counted-by-what-an-item-says',
    bug: 'a word that nobody knows tells analyses apart',
    file: 'processors/analytics/measure.ts',
    edits: [
      {
        find: 'return names.find((name) => name === wanted) ?? OTHER;',
        replace: 'return names.find((name) => name === wanted) ?? (wanted as typeof OTHER);',
      },
    ],
    law: 'analytics/calm',
    seed: 1,
  },
  {
    name: 'durations-beyond-a-hundred-lost',
    bug: 'of the durations of a batch as many are kept as a metric takes values',
    file: 'processors/analytics/publish.ts',
    edits: [
      {
        find: "if (measure.kind === 'session-ended' &&",
        replace: "if (counted.count <= 100 && measure.kind === 'session-ended' &&",
      },
    ],
    law: 'analytics/crowds',
    seed: 1,
  },
  {
    name: 'any-text-is-a-time',
    bug: 'a name with a number in it is taken for a moment, and a session lasted decades',
    file: 'processors/analytics/measure.ts',
    edits: [{ find: ' && ISO_8601.test(value)', replace: '' }],
    law: 'analytics/calm',
    seed: 1,
  },
  {
    name: 'counted-only-where-all-is-well',
    bug: 'what a batch counted is published only if nothing in it went wrong',
    file: 'shared/telemetry/batch-report.ts',
    edits: [
      {
        find: '      metrics.publishStoredMetrics();\n      extra',
        replace: '      if (!troubled) metrics.publishStoredMetrics();\n      extra',
      },
    ],
    law: 'analytics/letters',
    seed: 1,
  },
];
