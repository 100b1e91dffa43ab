/**
 * The price of keeping ratings: the shipped way, one recomputation per event as a function that is handed single events does
 * it, and what the engine takes for one query and one transaction per provider. Every way rates the same events in every round,
 * in turn, on the same tables.
 */
import type { Outcome } from '../../shared/stream/outcome.ts';
import { startRatedMarket } from './ratings-market.ts';
import { limit, perEvent, shipped, type Way } from './ratings-ways.ts';

export interface RatingsOptions {
  readonly providers: number;
  /** Each. */
  readonly reviews: number;
  /** In one batch, spread evenly over the providers. */
  readonly events: number;
  readonly rounds: number;
}

export const wholeRatings: RatingsOptions = { providers: 50, reviews: 200, events: 1_000, rounds: 7 };

export interface RatingsResult {
  readonly way: Way['name'];
  /** Of every round, in order. */
  readonly eventsPerSecond: readonly number[];
  /** To DynamoDB; the same in every round. */
  readonly requestsPerEvent: number;
  /** CPU time of this process, user and system, of every round, µs. */
  readonly cpuMicrosPerEvent: readonly number[];
}

/** @throws when a way leaves an event unsettled or a rating wrong. Linux x64 only: it needs the embedded DynamoDB. */
export async function ratings(options: RatingsOptions): Promise<readonly RatingsResult[]> {
  const market = await startRatedMarket(options);
  try {
    const ways = [shipped(market), perEvent(market), limit(market)];
    const measured = ways.map((way) => ({ way, rounds: [] as Round[] }));
    for (let round = 0; round < options.rounds; round++) {
      for (const { way, rounds } of measured) {
        await market.forgetRatings();
        const events = market.events(options.events);
        rounds.push(await measure(events.length, market.requests, () => way.rate(events)));
        await market.check();
      }
    }
    return measured.map(({ way, rounds }) => ({
      way: way.name,
      eventsPerSecond: rounds.map(({ eventsPerSecond }) => Math.round(eventsPerSecond)),
      requestsPerEvent: rounds[0]?.requestsPerEvent ?? Number.NaN,
      cpuMicrosPerEvent: rounds.map(({ cpuMicrosPerEvent }) => Math.round(cpuMicrosPerEvent)),
    }));
  } finally {
    await market.close();
  }
}

interface Round {
  readonly eventsPerSecond: number;
  readonly requestsPerEvent: number;
  readonly cpuMicrosPerEvent: number;
}

async function measure(
  events: number,
  requests: () => number,
  work: () => Promise<readonly Outcome[]>,
): Promise<Round> {
  const requestsBefore = requests();
  const cpuBefore = process.cpuUsage();
  const beganAt = process.hrtime.bigint();
  const outcomes = await work();
  const seconds = Number(process.hrtime.bigint() - beganAt) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  const unsettled = outcomes.filter(({ kind }) => kind !== 'applied');
  if (unsettled.length > 0) throw new Error(`${unsettled.length} of ${events} events are not applied`);
  return {
    eventsPerSecond: events / seconds,
    requestsPerEvent: (requests() - requestsBefore) / events,
    cpuMicrosPerEvent: (cpu.user + cpu.system) / events,
  };
}
