/**
 * The whole path in one process on a virtual clock: the products table writes, the event source mapping delivers, the shipped
 * processor works through the real OpenSearch client, and faults strike where they were told to.
 */
import type { Client } from '@opensearch-project/opensearch';
import type { InvokeResult } from '../../../local/event-source-mapping/index.ts';
import { isBulk } from '../../../local/search-engine/index.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { type IndexAnswer, type IndexRequest, takeStep } from '../../../processors/products/index-request.ts';
import { productsProcessor } from '../../../processors/products/processor.ts';
import { type StreamHandler, streamHandler } from '../../../shared/stream/handler.ts';
import { type BatchSummary, summarize } from '../../../shared/telemetry/batch-report.ts';
import { sleep } from '../../../shared/time/clock.ts';
import { ALIAS, type ProductIndex, productIndex } from '../../support/product-index.ts';
import { type ExecutionEnvironment, executionEnvironments } from '../execution-environment.ts';
import { faultyLetters, type KeptLetter, type LetterFault } from '../faulty-letters.ts';
import { invoke } from '../invoke.ts';
import { type Delivery, liveStream } from '../live-stream.ts';
import { lowestReported } from '../lowest-reported.ts';
import { isWithheld } from '../operator.ts';
import { comeAgain, reconcile, redriveUntilSettled } from './beside.ts';
import { notReached } from './checkpoint.ts';
import type { Again, Crash, Fate, Outage, ReadFate, Reconcile } from './faults.ts';
import { faultyClient } from './faulty-search.ts';
import { faultyReader } from './faulty-table.ts';
import type { Numbering, Write } from './history.ts';
import { ProductsTable, type StreamRecord } from './products-table.ts';

export interface Scenario extends Delivery {
  readonly history: readonly Write[];
  readonly numbering: Numbering;
  readonly latenciesMs: readonly number[];
  /** By how much the clocks of processes are ahead, in turn. */
  readonly skewsMs: readonly number[];
  readonly fates: readonly Fate[];
  readonly reads: readonly ReadFate[];
  /** Of the set-up function's requests. */
  readonly stepFates: readonly Fate[];
  readonly outages: readonly Outage[];
  readonly crashes: readonly Crash[];
  readonly letterFaults: readonly LetterFault[];
  readonly again: readonly Again[];
  readonly reconciles: readonly Reconcile[];
  /** Records that only operators bring. */
  readonly withheld: readonly boolean[];
  /** Records behind which the stream has the one before once more: a pattern, as `withheld`. */
  readonly echoes: readonly boolean[];
}

interface StreamEvent {
  readonly Records: readonly StreamRecord[];
}

/** What is asked of an invocation, and what befalls it. */
interface Invocation {
  readonly event: unknown;
  readonly crash: Crash | undefined;
  /** Each of its requests takes so much longer. */
  readonly slowMs: number;
  /** Sent so far. */
  requests: number;
}

const START_MS = 1_700_000_000_000;

/** What an answer takes that is on its way already, before Lambda ends its function. */
const ANSWERED_BY_MS = 250;

export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly table: ProductsTable;
  readonly letters: KeptLetter[] = [];
  /** What was logged and measured of each batch and each redrive. */
  readonly summaries: BatchSummary[] = [];
  /** What invocations answered. */
  readonly answers: unknown[] = [];
  readonly onFailure: string[] = [];
  readonly withheld: StreamRecord[] = [];
  /** Laws broken on the way, in words. */
  readonly broken: string[] = [];
  /** Invocations of the mapping's that left something unsettled. */
  heldUp = 0;
  /** An index is rebuilt meanwhile. */
  #isRebuilt = false;
  readonly #scenario: Scenario;
  readonly #index: ProductIndex;
  readonly #fates: Fate[];
  readonly #reads: ReadFate[];
  readonly #stepFates: Fate[];
  readonly #environmentFor: ReturnType<typeof executionEnvironments<Invocation, StreamHandler>>;
  #invocations = 0;
  #lettersTried = 0;
  #requests = 0;
  #ids = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#index = productIndex(this.clock);
    this.#fates = [...scenario.fates];
    this.#reads = [...scenario.reads];
    this.#stepFates = [...scenario.stepFates];
    this.table = new ProductsTable(scenario.numbering);
    this.#environmentFor = executionEnvironments({
      clock: this.clock,
      skewsMs: scenario.skewsMs,
      start: (environment) => this.#handler(environment),
    });
  }

  get documents(): ReadonlyMap<string, string> {
    // For as long as one looks: the next request finds it as the outage has it.
    this.#index.hideAlias(false);
    return this.#index.documents();
  }

  /** Names of all indices of the engine. */
  indices(): readonly string[] {
    return this.#index.indices();
  }

  /**
   * Runs the whole history until everything is settled, faults and all.
   *
   * @param beside goes on at the same time
   */
  async run(beside: () => Promise<void> = async () => {}): Promise<void> {
    await this.clock.runUntil(Promise.all([this.#live(), beside()]));
  }

  /**
   * Invokes the function beside the mapping.
   *
   * @param slowMs how much longer each request of the process takes
   */
  ask(event: unknown, slowMs = 0): Promise<InvokeResult> {
    return this.#invoke(event, `ask-${this.#ids++}`, slowMs);
  }

  /** Invokes the set-up function; rejects where it throws. */
  takeStep(step: IndexRequest): Promise<IndexAnswer> {
    this.#isRebuilt = true;
    const client = faultyClient({
      engine: this.#index.engine,
      alive: () => true,
      latencyMs: () => this.#latencyMs(),
      watch: () => {},
      fate: () => (this.#outage('engine-down') ? 'reset-before' : (this.#stepFates.shift() ?? 'ok')),
    });
    return takeStep(client, ALIAS, step, this.clock.now());
  }

  wait(ms: number): Promise<void> {
    return this.#wait(ms);
  }

  /** Sends records through the marked door, so many in a call, each call until all of them are settled or poison. */
  async redrive(records: readonly unknown[], size = 1): Promise<void> {
    for (let from = 0; from < records.length; from += size)
      await this.clock.runUntil(redriveUntilSettled(this, records.slice(from, from + size)));
  }

  close(): void {
    this.#index.close();
  }

  async #live(): Promise<void> {
    const { history, again, reconciles } = this.#scenario;
    const extra = [
      ...again.map((one) => comeAgain(this, history, one)),
      ...reconciles.map((one) => reconcile(this, history, one)),
    ];
    await Promise.all([this.#deliver(), ...extra]);
  }

  async #deliver(): Promise<void> {
    const { history, withheld, echoes } = this.#scenario;
    let before: StreamRecord | undefined;
    const stream = liveStream({
      delivery: this.#scenario,
      writes: history.length,
      clock: this.clock,
      newId: () => `id-${this.#ids++}`,
      invoke: (event, requestId) => this.#deliverOnce(event as StreamEvent, requestId),
      onFailure: (body) => this.onFailure.push(body),
    });
    for (const [index, write] of history.entries()) {
      await this.#wait(write.pauseMs);
      const record = this.table.write(write, this.clock.now());
      if (record === undefined) continue;
      if (!isWithheld(withheld, index)) {
        stream.append(index, record);
        if (before !== undefined && isWithheld(echoes, index)) stream.append(index, before);
        before = record;
      } else {
        this.withheld.push(record);
        // Nobody letters it: it is a letter.
        this.table.poison.delete(record.eventID);
      }
    }
    await stream.settled();
  }

  /** One delivery of the mapping's, and what must then be true of the checkpoint it moves. */
  async #deliverOnce(event: StreamEvent, requestId: string) {
    const result = await this.#invoke(event, requestId);
    if (result.kind !== 'returned') return result;
    const reported = lowestReported(result.payload);
    if (reported !== undefined) this.heldUp++;
    const from = event.Records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === reported);
    const settled = reported === undefined ? event.Records : event.Records.slice(0, Math.max(0, from));
    // A rebuild fills the next index with what items are, until what it checks last is checked.
    if (!this.#isRebuilt) this.broken.push(...notReached(this, settled, this.#scenario));
    return result;
  }

  /** @param slowMs how much longer each request of the process takes */
  #invoke(event: unknown, requestId: string, slowMs = 0): Promise<InvokeResult> {
    const number = this.#invocations++;
    const crash = this.#scenario.crashes.find(({ invocation }) => invocation === number);
    if (crash?.when === 'throttled') return Promise.resolve({ kind: 'throttled' });
    const { environment, handler } = this.#environmentFor({ event, crash, slowMs, requests: 0 });
    return invoke({
      clock: this.clock,
      environment,
      handler,
      event,
      requestId,
      broken: this.broken,
      onAnswer: (payload, leftMs) => {
        this.answers.push(payload);
        if (leftMs < ANSWERED_BY_MS)
          this.broken.push('an invocation answered in the last moment of its time');
        if (crash?.when === 'before-answer') environment.die();
      },
    });
  }

  #client(environment: ExecutionEnvironment<Invocation>): Client {
    return faultyClient({
      engine: this.#index.engine,
      alive: () => environment.alive,
      latencyMs: () => this.#latencyMs() + environment.current.slowMs,
      watch: (request) => {
        this.#watchKeys(request.body);
        if (isBulk(request) && onlyLooks(environment.current.event))
          this.broken.push('what only looks has written');
      },
      fate: () => {
        this.#index.hideAlias(this.#outage('alias-missing'));
        this.#index.blockWrites(this.#outage('write-block'));
        const { current } = environment;
        const { crash } = current;
        const strikes = crash?.request === current.requests++;
        if (strikes && crash.when === 'before-write') return dying(environment, 'lost');
        if (strikes && crash.when === 'after-write') return dying(environment, 'reset-after');
        if (this.#outage('engine-down')) return 'reset-before';
        return this.#fates.shift() ?? 'ok';
      },
    });
  }

  #handler(environment: ExecutionEnvironment<Invocation>): StreamHandler {
    const client = this.#client(environment);
    const readItems = faultyReader({
      table: this.table,
      clock: environment.clock,
      latencyMs: () => this.#latencyMs() + environment.current.slowMs,
      fate: () => (this.#outage('table-down') ? 'reset' : (this.#reads.shift() ?? 'ok')),
    });
    const processor = productsProcessor({ client, alias: ALIAS, readItems });
    const sink = faultyLetters({
      clock: environment.clock,
      alive: () => environment.alive,
      keep: (letter) => this.letters.push(letter),
      fault: () => {
        const fault = this.#scenario.letterFaults.find(({ letter }) => letter === this.#lettersTried);
        this.#lettersTried++;
        return this.#outage('queue-down') ? { hangs: false, kept: false, ...fault } : fault;
      },
    });
    return streamHandler(processor, {
      clock: environment.clock,
      random: () => 0.5,
      sink,
      reporter: { report: (batch) => this.summaries.push(summarize(batch)) },
    });
  }

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

  /** One bulk may not hold a key twice: which of the two wins would be up to the engine. */
  #watchKeys(body: string): void {
    const ids = [...body.matchAll(/^\{"(?:index|delete)":\{"_id":"([^"]*)"/gm)].map(([, id]) => id);
    if (new Set(ids).size < ids.length) this.broken.push('a bulk held a key twice');
  }

  #wait(ms: number): Promise<void> {
    return sleep(this.clock, ms);
  }
}

/** What a plan, a comparison and a listing are asked by. */
function onlyLooks(event: unknown): boolean {
  const { redrive, projection } = event as {
    redrive?: { readonly plan?: boolean };
    projection?: { readonly action: string };
  };
  return redrive?.plan === true || ['compare', 'list'].includes(projection?.action ?? '');
}

/** The process dies with this request under way. */
function dying(environment: ExecutionEnvironment<Invocation>, lastRequest: Fate): Fate {
  environment.die();
  return lastRequest;
}
