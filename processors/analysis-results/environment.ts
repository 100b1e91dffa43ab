/** The settings of the analysis-results function. */
import * as z from 'zod/mini';
import { redisSettings } from '../../shared/cache/settings.ts';
import { setting } from '../../shared/config/environment.ts';
import { streamSettings } from '../../shared/config/stream-settings.ts';

export const analysisResultsEnvironment = z.object({
  ANALYSIS_RESULTS_TABLE: setting('the name of the analysis results table'),
  ...redisSettings,
  ...streamSettings,
  AWS_REGION: setting('the region, which Lambda sets'),
});
