/**
 * The whole path in one process on a virtual clock: the app writes, the event source mapping delivers, the shipped processor
 * works through the shipped idempotency, and faults strike where they were told to.
 */
import type { InvokeResult } from '../../../local/event-source-mapping/index.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { bookingsProcessor } from '../../../processors/bookings/processor.ts';
import type { DeadLetter } from '../../../shared/dead-letters/letter.ts';
import type { ClaimTable } from '../../../shared/idempotency/claim-table.ts';
import { createIdempotency } from '../../../shared/idempotency/idempotency.ts';
import { atMost } from '../../../shared/mail/at-most.ts';
import { sesMailer } from '../../../shared/mail/ses.ts';
import { type StreamHandler, streamHandler } from '../../../shared/stream/handler.ts';
import type { PlannedRecord, RedriveResponse } from '../../../shared/stream/redrive.ts';
import { MAIL_SETTINGS } from '../../support/bookings-replay.ts';
import { memoryClaimTable } from '../../support/claim-table.ts';
import { MarketplaceTables } from '../../support/marketplace-tables.ts';
import { telling } from '../../support/telling.ts';
import { type ExecutionEnvironment, executionEnvironments } from '../execution-environment.ts';
import { invoke } from '../invoke.ts';
import { type Delivery, liveStream } from '../live-stream.ts';
import { doorOf, isWithheld, type Operator, operate, planned } from '../operator.ts';
import { unsettled as undelivered } from '../redeliver.ts';
import { App, type BookingRecord } from './app.ts';
import type { Again, Crash, Dependency, Fate, Outage } from './faults.ts';
import type { Step } from './history.ts';
import { faultySes, type Sent } from './ses.ts';
import { heeding, type Invocation, type Send, wire } from './wire.ts';

export interface Scenario extends Delivery {
  readonly history: readonly Step[];
  readonly lags: readonly number[];
  /** Of the requests, one after the other and round again, to the dependency and back. */
  readonly latenciesMs: readonly number[];
  readonly fates: readonly Fate[];
  readonly outages: readonly Outage[];
  readonly crashes: readonly Crash[];
  /** By how much the clocks of processes are ahead, in turn. */
  readonly skewsMs: readonly number[];
  readonly again: readonly Again[];
  /** Records that only operators bring. */
  readonly withheld: readonly boolean[];
  readonly operators: readonly Operator[];
  /** After all the others; undefined for none. */
  readonly lastOperator: Operator | undefined;
}

const START_MS = 1_700_000_000_000;

/** After the last write: by then every outage is over, every claim has ended, and no review is waited for. */
const LONGEST_MS = 2 * 3_600_000;

/** Fewer than a batch sends, so that some wait their turn. */
const MAILS_AT_ONCE = 3;

export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly tables: MarketplaceTables;
  readonly app: App;
  readonly outbox: Sent[] = [];
  readonly letters: DeadLetter[] = [];
  readonly onFailure: string[] = [];
  readonly broken: string[] = [];
  readonly withheld: BookingRecord[] = [];
  /** What invocations answered. */
  readonly answers: unknown[] = [];
  readonly #telling = telling();
  /** Effects whose completion could not be recorded. */
  unrecorded = 0;
  readonly #scenario: Scenario;
  readonly #fates: Fate[];
  readonly #environmentFor: ReturnType<typeof executionEnvironments<Invocation, StreamHandler>>;
  readonly #claims = memoryClaimTable();
  #invocations = 0;
  #requests = 0;
  #ids = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#fates = [...scenario.fates];
    this.#environmentFor = executionEnvironments({
      clock: this.clock,
      skewsMs: scenario.skewsMs,
      start: (environment) => this.#handler(environment, this.#wire(environment)),
    });
    let writes = 0;
    this.tables = new MarketplaceTables(
      this.clock,
      () => scenario.lags[writes++ % scenario.lags.length] ?? 0,
    );
    this.app = new App(this.tables);
  }

  get lines(): readonly string[] {
    return this.#telling.lines;
  }

  /** Runs the whole history until everything is settled, faults and all. */
  async run(): Promise<void> {
    const { again, operators, lastOperator } = this.#scenario;
    const beside = [...again.map((one) => this.#again(one)), ...operators.map((one) => this.#operate(one))];
    await this.clock.runUntil(Promise.all([this.#live(), ...beside]));
    if (lastOperator !== undefined)
      await this.clock.runUntil(operate(this.withheld, lastOperator, this.#door));
  }

  /** What a plan says of each record when nothing else happens, and nothing stands in its way any more. */
  plan(records: readonly BookingRecord[]): Promise<readonly PlannedRecord[]> {
    return this.clock.runUntil(planned(records, this.#door));
  }

  /** All that people, the tables and the claims hold. */
  snapshot(): string {
    const tables = (['bookings', 'providers', 'services', 'reviews'] as const).map((name) =>
      this.tables.items(name),
    );
    return JSON.stringify([tables, this.outbox.map(({ mail }) => mail), [...this.#claims.items]]);
  }

  async #live(): Promise<void> {
    const { history, withheld } = this.#scenario;
    const stream = liveStream({
      delivery: this.#scenario,
      writes: history.length,
      clock: this.clock,
      newId: () => `id-${this.#ids++}`,
      invoke: (event, requestId) => this.#invoke(event, requestId),
      onFailure: (body) => this.onFailure.push(body),
    });
    for (const [index, step] of history.entries()) {
      await this.#wait(step.pauseMs);
      this.app.review(step, this.clock.now());
      if ('gapMs' in step) await this.#wait(step.gapMs);
      const record = this.app.book(step, this.clock.now());
      if (record === undefined) continue;
      if (!isWithheld(withheld, index)) stream.append(index, record);
      else {
        this.withheld.push(record);
        // Nobody letters it: it is a letter.
        this.app.poison.delete(record.eventID);
      }
    }
    let isSettled = false;
    const heldUp = this.#wait(LONGEST_MS).then(() => {
      if (!isSettled) this.broken.push('records are held up long after all is well again');
    });
    await Promise.race([stream.settled(), heldUp]);
    isSettled = true;
  }

  async #operate(operator: Operator): Promise<void> {
    await this.#wait(operator.atMs);
    await operate([...this.withheld], operator, this.#door);
  }

  readonly #door = doorOf(
    (event) => this.#invoke(event, `operator-${this.#ids++}`),
    (ms) => this.#wait(ms),
  );

  /** At least once: what such a delivery leaves unsettled comes again. */
  async #again({ atMs, from, size, redriven }: Again): Promise<void> {
    await this.#wait(atMs);
    const start = Math.floor(from * this.app.records.length);
    let pending: readonly BookingRecord[] = this.app.records
      .slice(start, start + size)
      .filter((record) => redriven || !this.withheld.includes(record));
    while (pending.length > 0) {
      const marked = redriven ? { redrive: { id: 'law' } } : {};
      const result = await this.#invoke({ Records: pending, ...marked }, `again-${this.#ids++}`);
      pending = unsettled(pending, result);
      await this.#wait(500);
    }
  }

  #invoke(event: unknown, requestId: string): Promise<InvokeResult> {
    const number = this.#invocations++;
    const crash = this.#scenario.crashes.find(({ invocation }) => invocation === number);
    const { environment, handler } = this.#environmentFor({ crash, requests: 0 });
    return invoke({
      clock: this.clock,
      environment,
      handler,
      event,
      requestId,
      broken: this.broken,
      onAnswer: (payload) => this.answers.push(payload),
    });
  }

  #wire(environment: ExecutionEnvironment<Invocation>): Send {
    return wire({
      clock: this.clock,
      environment,
      latencyMs: () => this.#latencyMs(),
      fate: (to) => (this.#outage(to) ? 'throttled' : (this.#fates.shift() ?? 'ok')),
      quoted: () => JSON.stringify(this.app.records.at(-1)),
    });
  }

  #handler(environment: ExecutionEnvironment<Invocation>, request: Send): StreamHandler {
    const access = this.tables.access();
    const tables = {
      readProviders: guarded(access.readProviders),
      readServices: guarded(access.readServices),
      readReviews: guarded(access.readReviews),
      readBookings: guarded(access.readBookings),
      reviewsOfProvider: guarded(access.reviewsOfProvider),
      reviewsOfBooking: guarded(access.reviewsOfBooking),
      ratedIds: guarded(access.ratedIds),
      write: guarded(access.write),
    };
    function guarded<Arguments extends readonly unknown[], T>(act: (...given: Arguments) => Promise<T>) {
      return (...given: Arguments) =>
        heeding(
          given.at(-1),
          request('tables', () => act(...given)),
        );
    }
    const claims: ClaimTable = {
      limits: this.#claims.limits,
      write: (writes, signal) =>
        heeding(
          signal,
          request('claims', () => this.#claims.write(writes, signal)),
        ),
      read: (keys, signal) =>
        heeding(
          signal,
          request('claims', () => this.#claims.read(keys, signal)),
        ),
    };
    const ses = faultySes({
      request,
      isDead: () => environment.dead,
      keep: (sent) => this.outbox.push(sent),
      turn: () => this.#ids++,
    });
    const mailer = atMost(MAILS_AT_ONCE, sesMailer(ses, 'market@example.com'));
    const idempotency = createIdempotency({
      processor: 'bookings',
      table: claims,
      newId: () => `owner-${this.#ids++}`,
      notice: (notice) => {
        if (notice === 'unrecorded') this.unrecorded++;
      },
    });
    const { measure, reporter } = this.#telling;
    const { readProviders } = tables;
    return streamHandler(
      bookingsProcessor(
        { ...idempotency, mailer, readProviders, settings: MAIL_SETTINGS, measure },
        { tables, measure },
      ),
      {
        clock: environment.clock,
        random: () => 0.5,
        sink: {
          send: async (letter) => {
            await this.#wait(1);
            if (environment.alive) this.letters.push(letter);
          },
        },
        reporter,
      },
    );
  }

  #latencyMs(): number {
    const { latenciesMs } = this.#scenario;
    return latenciesMs[this.#requests++ % latenciesMs.length] ?? 4;
  }

  #outage(dependency: Dependency): boolean {
    const elapsed = this.clock.now() - START_MS;
    return this.#scenario.outages.some(
      ({ of, fromMs, forMs }) => of === dependency && elapsed >= fromMs && elapsed < fromMs + forMs,
    );
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }
}

function unsettled(records: readonly BookingRecord[], result: InvokeResult): readonly BookingRecord[] {
  const { outcomes } = (result.kind === 'returned' ? result.payload : {}) as Partial<RedriveResponse>;
  return outcomes === undefined
    ? undelivered(records, result)
    : records.filter((_, index) => outcomes[index]?.outcome === 'transient');
}
