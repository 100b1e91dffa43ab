/** The settings of the analysis-results function. */
import * as z from 'zod/mini';
import { redisSettings } from '../../shared/cache/settings.ts';
import { setting } from '../../shared/config/environment.ts';

export const analysisResultsEnvironment = z.object({
  ANALYSIS_RESULTS_TABLE: setting('the name of the analysis results table'),
  ...redisSettings,
  DEAD_LETTER_QUEUE_URL: z.url({ error: 'expected the URL of the dead-letter queue' }),
  FAILURE_BUCKET: setting('the name of the failure bucket'),
  AWS_REGION: setting('the region, which Lambda sets'),
});
