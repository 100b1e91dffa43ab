/**
 * The whole path in one process on a virtual clock: the results table writes, the event source mapping delivers, the shipped
 * processor and the shipped reader work on the embedded cache server, and faults strike where they were told to.
 */
import type { InvokeResult } from '../../../local/event-source-mapping/index.ts';
import { createRedisEngine } from '../../../local/redis/index.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { analysisResultsProcessor } from '../../../processors/analysis-results/processor.ts';
import { analysisReader, type ReadAnalysis } from '../../../shared/cache/read-analysis.ts';
import type { Command, Redis } from '../../../shared/cache/redis.ts';
import type { DeadLetter } from '../../../shared/dead-letters/letter.ts';
import type { ReadItems } from '../../../shared/dynamodb/read-items.ts';
import { type StreamHandler, streamHandler } from '../../../shared/stream/handler.ts';
import type { PlannedRecord } from '../../../shared/stream/redrive.ts';
import { execute } from '../../support/embedded-redis.ts';
import { telling } from '../../support/telling.ts';
import { type Again, deliveredAgain } from '../again.ts';
import { type ExecutionEnvironment, executionEnvironments } from '../execution-environment.ts';
import { invoke } from '../invoke.ts';
import { type Delivery, liveStream } from '../live-stream.ts';
import { momentMs } from '../moment.ts';
import { doorOf, isWithheld, type Operator, operate, planned, redriveAll } from '../operator.ts';
import { redeliver } from '../redeliver.ts';
import { faultyRedis } from './faulty-redis.ts';
import type { Crash, Fate, Numbering, Outage, Write } from './history.ts';
import { ResultsTable, type StreamRecord } from './results-table.ts';

export interface Scenario extends Delivery {
  readonly history: readonly Write[];
  readonly numbering: Numbering;
  readonly latenciesMs: readonly number[];
  readonly fates: readonly Fate[];
  readonly outages: readonly Outage[];
  readonly crashes: readonly Crash[];
  /** By how much the clocks of processes are ahead, in turn. */
  readonly skewsMs: readonly number[];
  readonly again: readonly Again[];
  readonly reads: readonly { readonly atMs: number; readonly analysis: string }[];
  /** Milliseconds after the start at which the cache loses everything. */
  readonly losses: readonly number[];
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

export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly table: ResultsTable;
  readonly letters: DeadLetter[] = [];
  readonly onFailure: string[] = [];
  readonly withheld: StreamRecord[] = [];
  /** Laws broken on the way, in words. */
  readonly broken: string[] = [];
  /** What invocations answered. */
  readonly answers: unknown[] = [];
  readonly #telling = telling();
  readonly #scenario: Scenario;
  readonly #engine = createRedisEngine({ clock: this.clock });
  readonly #fates: Fate[];
  readonly #read: ReadAnalysis;
  readonly #environmentFor: ReturnType<typeof executionEnvironments<Invocation, StreamHandler>>;
  #invocations = 0;
  #requests = 0;
  #ids = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#fates = [...scenario.fates];
    this.table = new ResultsTable(scenario.numbering);
    this.#environmentFor = executionEnvironments({
      clock: this.clock,
      skewsMs: scenario.skewsMs,
      start: (environment) => this.#handler(environment),
    });
    this.#read = analysisReader({
      redis: this.#redis(() => true),
      readItems: this.#readItems,
      clock: this.clock,
      metrics: { count() {} },
    });
  }

  get lines(): readonly string[] {
    return this.#telling.lines;
  }

  /** What the cache holds under the analysis now. */
  cached(analysis: string): string | undefined {
    const json = execute(this.#engine, ['GET', `analysis:${analysis}`]);
    return typeof json === 'string' ? json : undefined;
  }

  /** Runs the whole history until everything is settled, faults and all. */
  async run(): Promise<void> {
    const { again, reads, losses, operators, lastOperator } = this.#scenario;
    const beside = [
      ...again.map((one) => this.#again(one)),
      ...reads.map(({ atMs, analysis }) => this.#readAt(atMs, analysis)),
      ...operators.map((one) => this.#operate(one)),
      ...losses.map((atMs) => this.#wait(atMs).then(() => execute(this.#engine, ['FLUSHALL']))),
    ];
    await this.clock.runUntil(Promise.all([this.#deliver(), ...beside]));
    // What was sent and not waited for has landed by then.
    await this.clock.advance(60_000);
    if (lastOperator !== undefined) {
      await this.clock.runUntil(operate(this.withheld, lastOperator, this.#door));
      // A plan does nothing about what lapses in the very second.
      await this.clock.advance(2_000);
    }
  }

  /** What a plan says of each record when nothing else happens, and nothing stands in its way any more. */
  plan(records: readonly StreamRecord[]): Promise<readonly PlannedRecord[]> {
    return this.clock.runUntil(planned(records, this.#door));
  }

  /** All that the cache holds: `<key> <value> until <ms since the epoch>`. */
  snapshot(): readonly string[] {
    const ask = (...command: Command) => execute(this.#engine, command);
    return (ask('KEYS', '*') as readonly string[]).map(
      (key) => `${key} ${ask('GET', key)} until ${this.clock.now() + Number(ask('PTTL', key))}`,
    );
  }

  /** Sends records through the marked door until each is settled or poison. */
  async redrive(records: readonly unknown[]): Promise<void> {
    await this.clock.runUntil(redriveAll(records, this.#door));
  }

  async #deliver(): Promise<void> {
    const { history, withheld } = this.#scenario;
    const stream = liveStream({
      delivery: this.#scenario,
      writes: history.length,
      clock: this.clock,
      newId: () => `id-${this.#ids++}`,
      invoke: (event, requestId) => this.#invoke(event, requestId),
      onFailure: (body) => this.onFailure.push(body),
    });
    for (const [index, write] of history.entries()) {
      await this.#wait(write.pauseMs);
      const record = this.table.write(write, this.clock.now());
      if (record === undefined) continue;
      if (!isWithheld(withheld, index)) stream.append(index, record);
      else {
        this.withheld.push(record);
        // Nobody letters it: it is a letter.
        this.table.poison.delete(record.eventID);
      }
    }
    await stream.settled();
  }

  async #again({ from, size, redriven, backwards, ...moment }: Again): Promise<void> {
    await this.#wait(momentMs(moment, this.#scenario.history));
    const records = deliveredAgain(this.table.records, { from, size }).filter(
      (record) => redriven || !this.withheld.includes(record),
    );
    if (records.length === 0) return;
    if (redriven) await redriveAll(backwards ? records.toReversed() : records, this.#door);
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

  async #readAt(atMs: number, analysis: string): Promise<void> {
    await this.#wait(atMs);
    // Neither cache nor table may be there: then the reader says so.
    const found = await this.#read(analysis).catch(() => undefined);
    if (found === undefined) return;
    if (found.ttl !== undefined && found.ttl * 1_000 <= this.clock.now())
      this.broken.push(`${analysis} was read past its time to live`);
    if (!this.table.past(analysis).has(JSON.stringify(found)))
      this.broken.push(`${analysis} was read as it never was`);
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
      onAnswer: (payload) => {
        this.answers.push(payload);
        if (crash?.when === 'before-answer') environment.die();
      },
    });
  }

  #handler(environment: ExecutionEnvironment<Invocation>): StreamHandler {
    const redis = this.#redis(
      () => environment.alive,
      () => {
        const { current } = environment;
        const { crash } = current;
        if (crash?.request !== current.requests++) return undefined;
        if (crash.when === 'before-answer') return undefined;
        environment.die();
        return crash.when === 'before-write' ? 'lost' : 'reset-after';
      },
    );
    return streamHandler(analysisResultsProcessor({ redis, readItems: this.#readItems }), {
      clock: environment.clock,
      random: () => 0.5,
      sink: {
        send: async (letter) => {
          await this.#wait(1);
          if (environment.alive) this.letters.push(letter);
        },
      },
      reporter: this.#telling.reporter,
    });
  }

  #redis(alive: () => boolean, strike: () => Fate | undefined = () => undefined): Redis {
    return faultyRedis({
      clock: this.clock,
      engine: this.#engine,
      alive,
      latencyMs: () => this.#latencyMs(),
      fate: () => {
        const struck = strike();
        if (struck !== undefined) return struck;
        return this.#outage('cache-down') ? 'reset-before' : (this.#fates.shift() ?? 'ok');
      },
    });
  }

  readonly #readItems: ReadItems = async (keys, signal) => {
    const items = await this.table.readItems(keys, signal);
    await this.#wait(this.#latencyMs());
    signal.throwIfAborted();
    if (this.#outage('table-down'))
      throw Object.assign(new Error(JSON.stringify(items)), { code: 'TABLE_DOWN' });
    return items;
  };

  #latencyMs(): number {
    const { latenciesMs } = this.#scenario;
    return latenciesMs[this.#requests++ % latenciesMs.length] ?? 1;
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
