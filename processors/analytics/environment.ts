/** The settings of the analytics function. */
import * as z from 'zod/mini';
import { streamSettings } from '../../shared/config/stream-settings.ts';

export const analyticsEnvironment = z.object({
  ...streamSettings,
});
