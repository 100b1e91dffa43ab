/** The bugs that the laws must catch, by what they break. */
import { delivery } from './delivery.ts';
import { messages } from './messages.ts';
import { metrics } from './metrics.ts';
import type { Mutation } from './mutation.ts';
import { projections } from './projections.ts';

export const MUTATIONS: readonly Mutation[] = [...delivery, ...projections, ...messages, ...metrics];
