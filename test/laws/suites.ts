/** Every suite of laws by its name, each loaded when it is asked for: a mutation must be in place before what it breaks is loaded. */
import { fuzzNamed } from '../fuzz/suites.ts';
import type { Law, LawSuite } from './law.ts';

const SUITES: Readonly<Record<string, () => Promise<LawSuite>>> = {
  products: async () => (await import('./products/products.laws.ts')).productsLaws,
  rebuild: async () => (await import('./products/rebuild.laws.ts')).rebuildLaws,
  'analysis-results': async () => (await import('./cache/cache.laws.ts')).analysisResultsLaws,
  bids: async () => (await import('./notifications/notifications.laws.ts')).bidsLaws,
  conversations: async () => (await import('./notifications/notifications.laws.ts')).conversationsLaws,
  bookings: async () => (await import('./bookings/bookings.laws.ts')).bookingsLaws,
  analytics: async () => (await import('./analytics/analytics.laws.ts')).analyticsLaws,
  redrive: async () => (await import('./redrive/redrive.laws.ts')).redriveLaws,
};

export const SUITE_NAMES: readonly string[] = Object.keys(SUITES);

/** Suites of laws, and those of entry points. @returns undefined when there is no such suite */
export async function suiteNamed(name: string): Promise<LawSuite | undefined> {
  return SUITES[name]?.() ?? fuzzNamed(name);
}

/** @param id `<suite>/<name>`. @returns undefined when there is no such law */
export async function lawNamed(id: string): Promise<Law | undefined> {
  const suite = await suiteNamed(id.split('/')[0] ?? '');
  return suite?.laws.find((law) => law.id === id);
}
