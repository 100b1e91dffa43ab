/** The settings of the analytics function. */
import * as z from 'zod/mini';
import { setting } from '../../shared/config/environment.ts';

export const analyticsEnvironment = z.object({
  DEAD_LETTER_QUEUE_URL: z.url({ error: 'expected the URL of the dead-letter queue' }),
  FAILURE_BUCKET: setting('the name of the failure bucket'),
});
