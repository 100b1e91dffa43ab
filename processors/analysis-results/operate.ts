/** Which key of the cache's projection a row of the results table stands for. Pure. */
import type { Operated } from '../../shared/operate/operated.ts';

export const analysisResultsOperated: Operated = {
  processor: 'analysis-results',
  table: 'results',
  attributes: ['id'],
  keyForm: 'an analysis’s id',
  keysOf: ({ id }) => (typeof id === 'string' && id !== '' ? [id] : []),
};
