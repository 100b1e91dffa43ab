/** The settings that every stream function has; the construct that deploys it sets them. */
import * as z from 'zod/mini';
import { setting } from './environment.ts';

export const streamSettings = {
  DEAD_LETTER_QUEUE_URL: z.url({ error: 'expected the URL of the dead-letter queue' }),
  FAILURE_BUCKET: setting('the name of the failure bucket'),
};

export interface StreamSettings {
  readonly DEAD_LETTER_QUEUE_URL: string;
  readonly FAILURE_BUCKET: string;
}
