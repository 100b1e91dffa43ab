/**
 * The whole path in one process on a virtual clock: the event source mapping delivers, the shipped processors store, claim and
 * push, and faults strike where they were told to.
 */
import type { InvokeResult } from '../../../local/event-source-mapping/index.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { bidsProcessor } from '../../../processors/bids/processor.ts';
import { conversationsFilters } from '../../../processors/conversations/filters.ts';
import { conversationsProcessor } from '../../../processors/conversations/processor.ts';
import type { DeadLetter } from '../../../shared/dead-letters/letter.ts';
import { createIdempotency } from '../../../shared/idempotency/idempotency.ts';
import { type StreamHandler, streamHandler } from '../../../shared/stream/handler.ts';
import type { PlannedRecord } from '../../../shared/stream/redrive.ts';
import type { Measure } from '../../../shared/telemetry/measurements.ts';
import { type MemoryClaimTable, memoryClaimTable } from '../../support/claim-table.ts';
import { type Fault, Switchboard } from '../../support/switchboard.ts';
import { telling } from '../../support/telling.ts';
import { type ExecutionEnvironment, executionEnvironments } from '../execution-environment.ts';
import { invoke } from '../invoke.ts';
import { type Delivery, liveStream } from '../live-stream.ts';
import { doorOf, isWithheld, type Operator, operate, planned, redriveAll } from '../operator.ts';
import { redeliver } from '../redeliver.ts';
import type { Again, Crash, Outage } from './faults.ts';
import {
  PROFILES,
  SPOKEN,
  type StreamName,
  type StreamRecord,
  USERS,
  type Write,
  type Written,
  written,
} from './history.ts';

export interface Scenario extends Delivery {
  readonly stream: StreamName;
  readonly history: readonly Write[];
  readonly fates: readonly (Fault | undefined)[];
  readonly claimFates: readonly ReturnType<MemoryClaimTable['fault']>[];
  /** A third of all requests, of whatever kind, fail. */
  readonly everyThirdFails: boolean;
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

/** What befalls an invocation. */
interface Invocation {
  readonly crash: Crash | undefined;
  /** Sent so far. */
  requests: number;
}

const START_MS = 1_700_000_000_000;

/** API Gateway developer guide, "WebSocket quotas". */
const MOST_BYTES = 128 * 1024;

/** So long the API may not know a connection whose session is written already. */
const CONNECTING_MS = 20_000;
const DAY_MS = 24 * 3_600_000;

/** What the business counts, but for what a message may have besides. */
const BUSINESS = ['Bids', 'Purchases', 'Messages'];

export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly board = new Switchboard(this.clock);
  readonly written: Written[] = [];
  readonly letters: DeadLetter[] = [];
  readonly onFailure: string[] = [];
  readonly withheld: StreamRecord[] = [];
  /** Laws broken on the way, in words. */
  readonly broken: string[] = [];
  /** Effects whose completion could not be recorded. */
  unrecorded = 0;
  /** Pushes that ended undecided. */
  undelivered = 0;
  /** Bids, purchases and messages, as they were measured. */
  counted = 0;
  /** What invocations answered. */
  readonly answers: unknown[] = [];
  readonly #telling = telling();
  readonly #scenario: Scenario;
  readonly #claims = memoryClaimTable();
  readonly #fates: (Fault | undefined)[];
  readonly #claimFates: Scenario['claimFates'][number][];
  readonly #environmentFor: ReturnType<typeof executionEnvironments<Invocation, StreamHandler>>;
  #requests = 0;
  #invocations = 0;
  #ids = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#fates = [...scenario.fates];
    this.#claimFates = [...scenario.claimFates];
    this.#environmentFor = executionEnvironments({
      clock: this.clock,
      skewsMs: scenario.skewsMs,
      start: (environment) => this.#handler(environment),
    });
    for (const user of USERS) {
      const since = START_MS - 600_000;
      const language = SPOKEN[user] ?? '';
      this.board.connect({ id: `${user}-phone`, user, since, language });
      this.board.connect({ id: `${user}-web`, user: `USER#${user}`, since });
      // Its client left without a word; one that has just come, which the API does not know yet; one whose time was over.
      this.board.connect({ id: `${user}-gone`, user, since });
      this.board.connect({ id: `${user}-young`, user, since: START_MS, language: 'klingon' });
      this.board.connect({ id: `${user}-over`, user, since, ttl: START_MS / 1_000 - 10 });
      this.board.languages.set(user, PROFILES[user] ?? '');
    }
    this.board.fault = (request) => {
      if (this.#third()) return 'fails';
      if (request === 'post') return this.#outage('api-down') ? 'fails' : this.#fates.shift();
      return this.#outage('tables-down') ? 'fails' : this.#fates.shift();
    };
    this.board.answer = (connection, body) => {
      if (Buffer.byteLength(body) > MOST_BYTES)
        this.broken.push('more was pushed at once than the API takes');
      if (this.#outage('api-throttles')) return 'throttled';
      if (connection.endsWith('-gone')) return 'gone';
      return connection.endsWith('-young') && this.clock.now() < START_MS + CONNECTING_MS
        ? 'gone'
        : undefined;
    };
    this.#claims.fault = () =>
      this.#third() || this.#outage('claims-down') ? 'lost' : this.#claimFates.shift();
  }

  get lines(): readonly string[] {
    return this.#telling.lines;
  }

  /** A row that lands while rows are counted is counted there, and once more when its late answer comes: at most those of one batch. */
  get mayCountTwice(): number {
    const { fates, claimFates, everyThirdFails, outages, crashes, again, operators, mapping } =
      this.#scenario;
    const isCalm =
      !everyThirdFails &&
      [fates, claimFates, outages, crashes, again, operators].every((list) => list.length === 0);
    return isCalm ? 0 : mapping.BatchSize;
  }

  /** Runs the whole history until everything is settled, faults and all. */
  async run(): Promise<void> {
    const { again, operators, lastOperator } = this.#scenario;
    const beside = [...again.map((one) => this.#again(one)), ...operators.map((one) => this.#operate(one))];
    await this.clock.runUntil(Promise.all([this.#deliver(), ...beside]));
    if (lastOperator !== undefined)
      await this.clock.runUntil(operate(this.withheld, lastOperator, this.#door));
  }

  /** What a plan says of each record when nothing else happens, and nothing stands in its way any more. */
  plan(records: readonly StreamRecord[]): Promise<readonly PlannedRecord[]> {
    return this.clock.runUntil(planned(records, this.#door));
  }

  /** All that people and the table of claims hold. */
  snapshot(): string {
    return JSON.stringify([[...this.board.rows], this.board.received, [...this.#claims.items]]);
  }

  /** Sends records through the marked door until each is settled or poison. */
  async redrive(records: readonly unknown[]): Promise<void> {
    await this.clock.runUntil(redriveAll(records, this.#door));
  }

  async #deliver(): Promise<void> {
    const { stream: name, history, withheld } = this.#scenario;
    const stream = liveStream({
      delivery: this.#scenario,
      writes: history.length,
      ...(name === 'conversations' && { filters: conversationsFilters }),
      clock: this.clock,
      newId: () => `id-${this.#ids++}`,
      invoke: (event, requestId) => this.#invoke(event, requestId),
      onFailure: (body) => this.onFailure.push(body),
    });
    for (const [number, write] of history.entries()) {
      await this.#wait(write.pauseMs);
      const one = written(name, write, number, this.clock.now());
      this.written.push(one);
      if (isWithheld(withheld, number)) this.withheld.push(one.record);
      else stream.append(number, one.record);
    }
    await stream.settled();
  }

  async #again({ atMs, from, size, redriven }: Again): Promise<void> {
    await this.#wait(atMs);
    const start = Math.floor(from * this.written.length);
    const records = this.written
      .slice(start, start + size)
      .map(({ record }) => record)
      .filter((record) => redriven || !this.withheld.includes(record));
    if (records.length === 0) return;
    if (redriven) await redriveAll(records, this.#door);
    else await redeliver(records, (Records) => this.#invoke({ Records }, `again-${this.#ids++}`), this.clock);
  }

  async #operate(operator: Operator): Promise<void> {
    await this.#wait(operator.atMs);
    await operate([...this.withheld], operator, this.#door);
  }

  readonly #door = doorOf(
    (event) => this.#invoke(event, `operator-${this.#ids++}`),
    (ms) => this.#wait(ms),
  );

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
      onAnswer: (payload) => {
        this.answers.push(payload);
        if (crash?.when === 'before-answer') environment.die();
      },
    });
  }

  #handler(environment: ExecutionEnvironment<Invocation>): StreamHandler {
    return streamHandler(this.#processor(environment), {
      clock: environment.clock,
      random: () => 0.5,
      sink: {
        send: async (letter) => {
          await this.#wait(1);
          if (this.#outage('queue-down')) throw Object.assign(new Error('injected'), { code: 'QUEUE_DOWN' });
          if (environment.alive) this.letters.push(letter);
        },
      },
      reporter: this.#telling.reporter,
    });
  }

  #processor(environment: ExecutionEnvironment<Invocation>) {
    /** A request of this process: it may be the one at which it dies, and a dead process neither sends nor hears. */
    const request = <A extends readonly unknown[], T>(send: (...asked: A) => Promise<T>) => {
      return async (...asked: A): Promise<T> => {
        const { current } = environment;
        const { crash } = current;
        const strikes =
          crash !== undefined && crash.when !== 'before-answer' && crash.request === current.requests++;
        if (strikes && crash.when === 'before') environment.die();
        if (!environment.alive) return silence();
        const answer = await send(...asked).finally(() => {
          if (strikes) environment.die();
        });
        return environment.alive ? answer : silence();
      };
    };
    const { inbox, sessions, post, languageOfUser } = this.board;
    const put: typeof inbox.put = (rows, signal) => {
      if (rows.some(({ ttl }) => !isADayAhead(ttl, this.clock.now())))
        this.broken.push('a row does not live for a day');
      return inbox.put(rows, signal);
    };
    const ports = {
      ...createIdempotency({
        processor: this.#scenario.stream,
        table: {
          limits: this.#claims.limits,
          write: request(this.#claims.write),
          read: request(this.#claims.read),
        },
        newId: () => `owner-${this.#ids++}`,
        notice: (notice) => {
          if (notice === 'unrecorded') this.unrecorded++;
        },
      }),
      inbox: { ...inbox, put: request(put), count: request(inbox.count) },
      sessions: { ...sessions, find: request(sessions.find), remove: request(sessions.remove) },
      languageOfUser: request(languageOfUser),
      post: request(post),
      measure: (...[name, kind, value, dimensions]: Parameters<Measure>) => {
        this.#telling.measure(name, kind, value, dimensions);
        if (BUSINESS.includes(name)) this.counted += value;
        if (name === 'Pushes' && dimensions?.['Result'] === 'timed-out') this.undelivered += value;
      },
    };
    return this.#scenario.stream === 'bids' ? bidsProcessor(ports) : conversationsProcessor(ports);
  }

  #third(): boolean {
    // Spread evenly, in no rhythm: what is tried in threes would else fail at the same request for ever.
    return this.#scenario.everyThirdFails && Math.imul(this.#requests++, 0x9e3779b1) >>> 0 < 2 ** 32 / 3;
  }

  #outage(kind: Outage['kind']): boolean {
    const elapsed = this.clock.now() - START_MS;
    return this.#scenario.outages.some(
      (one) => one.kind === kind && elapsed >= one.fromMs && elapsed < one.fromMs + one.forMs,
    );
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }
}

/** Some seconds may pass on the way, and lie between the clocks of processes. */
function isADayAhead(ttl: number, nowMs: number): boolean {
  const leftMs = ttl * 1_000 - nowMs;
  return Math.abs(leftMs - DAY_MS) < 30_000;
}

function silence<T>(): Promise<T> {
  return new Promise(() => {});
}
