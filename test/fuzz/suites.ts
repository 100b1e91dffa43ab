/** Every entry point that is given what nobody expects, by its name; each suite is loaded when it is asked for. */
import type { LawSuite } from '../laws/law.ts';

/** In continuous integration, for each entry point. `STREAMKEEPER_RUNS` says otherwise. */
export const CASES = 2_000;

type Loaders = Readonly<Record<string, () => Promise<LawSuite>>>;

const HANDLERS: Loaders = {
  'fuzz-products': async () => (await import('./handlers/products.ts')).productsFuzz,
  'fuzz-bids': async () => (await import('./handlers/messages.ts')).bidsFuzz,
  'fuzz-conversations': async () => (await import('./handlers/messages.ts')).conversationsFuzz,
  'fuzz-bookings': async () => (await import('./handlers/bookings.ts')).bookingsFuzz,
  'fuzz-analysis-results': async () => (await import('./handlers/analysis.ts')).analysisResultsFuzz,
  'fuzz-analytics': async () => (await import('./handlers/analysis.ts')).analyticsFuzz,
};

const READING: Loaders = {
  'fuzz-letters': async () => (await import('./readers/letters.ts')).lettersFuzz,
  'fuzz-answers': async () => (await import('./readers/operator.ts')).answersFuzz,
  'fuzz-audit-trail': async () => (await import('./readers/operator.ts')).auditTrailFuzz,
  'fuzz-checkpoint': async () => (await import('./readers/operator.ts')).checkpointFuzz,
  'fuzz-fixtures': async () => (await import('./readers/fixtures.ts')).fixturesFuzz,
  'fuzz-environments': async () => (await import('./readers/configuration.ts')).environmentsFuzz,
  'fuzz-stages': async () => (await import('./readers/configuration.ts')).stagesFuzz,
  'fuzz-options': async () => (await import('./readers/configuration.ts')).optionsFuzz,
  'fuzz-state-file': async () => (await import('./readers/configuration.ts')).stateFileFuzz,
  'fuzz-where': async () => (await import('./readers/filters.ts')).whereFuzz,
  'fuzz-redaction-rules': async () => (await import('./readers/filters.ts')).rulesFuzz,
  'fuzz-redaction': async () => (await import('./readers/filters.ts')).redactionFuzz,
  'fuzz-connections': async () => (await import('./readers/connections.ts')).connectionsFuzz,
  'fuzz-tokens': async () => (await import('./readers/connections.ts')).tokensFuzz,
  'fuzz-frames': async () => (await import('./readers/gateway.ts')).framesFuzz,
  'fuzz-gateway': async () => (await import('./readers/gateway.ts')).gatewayFuzz,
  'fuzz-queries': async () => (await import('./readers/queries.ts')).queriesFuzz,
  'fuzz-simulator': async () => (await import('./readers/queries.ts')).simulatorFuzz,
  'fuzz-redis': async () => (await import('./readers/engines.ts')).redisFuzz,
  'fuzz-search-requests': async () => (await import('./readers/engines.ts')).searchRequestsFuzz,
};

/** The stream functions. */
export const FUNCTIONS: readonly string[] = Object.keys(HANDLERS);

/** All else that reads what somebody else wrote. */
export const READERS: readonly string[] = Object.keys(READING);

export const FUZZ_NAMES: readonly string[] = [...FUNCTIONS, ...READERS];

/** @returns undefined when there is no such suite */
export async function fuzzNamed(name: string): Promise<LawSuite | undefined> {
  return (HANDLERS[name] ?? READING[name])?.();
}
