/**
 * The whole path in one process on a virtual clock: the app writes sessions and history, an event source mapping on each delivers to one
 * function, and faults strike where they were told to.
 */
import type { InvokeResult } from '../../../local/event-source-mapping/index.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { analyticsProcessor } from '../../../processors/analytics/processor.ts';
import { metricsSink } from '../../../processors/analytics/publish.ts';
import { type StreamHandler, streamHandler } from '../../../shared/stream/handler.ts';
import type { PlannedRecord } from '../../../shared/stream/redrive.ts';
import { sleep } from '../../../shared/time/clock.ts';
import { telling } from '../../support/telling.ts';
import { type Again, deliveredAgain } from '../again.ts';
import { type ExecutionEnvironment, executionEnvironments } from '../execution-environment.ts';
import { faultyLetters, type KeptLetter, type LetterFault } from '../faulty-letters.ts';
import { invoke } from '../invoke.ts';
import { type Delivery, type LiveStream, liveStream } from '../live-stream.ts';
import { lowestReported } from '../lowest-reported.ts';
import { momentMs } from '../moment.ts';
import { doorOf, isWithheld, type Operator, operate, planned, redriveAll } from '../operator.ts';
import { redeliver } from '../redeliver.ts';
import type { Crash, Outage } from './faults.ts';
import type { Write } from './history.ts';
import { AnalyticsTables, type StreamRecord } from './tables.ts';

export interface Scenario extends Delivery {
  readonly history: readonly Write[];
  readonly letterFaults: readonly LetterFault[];
  /** Of the dead-letter queue. */
  readonly outages: readonly Outage[];
  readonly crashes: readonly Crash[];
  /** By how much the clocks of processes are ahead, in turn. */
  readonly skewsMs: readonly number[];
  readonly again: readonly Again[];
  /** Records that only operators bring. */
  readonly withheld: readonly boolean[];
  readonly operators: readonly Operator[];
}

interface StreamEvent {
  readonly Records: readonly StreamRecord[];
  readonly redrive?: { readonly plan?: boolean };
}

/** What befalls an invocation. */
interface Invocation {
  readonly crash: Crash | undefined;
  /** Written so far. */
  lines: number;
}

const START_MS = 1_700_000_000_000;

/** After the last write: by then every outage is over. */
const LONGEST_MS = 3_600_000;

/** What an answer takes that is on its way already, before Lambda ends its function. */
const ANSWERED_BY_MS = 250;

export class World {
  readonly clock = new VirtualClock(START_MS);
  readonly tables = new AnalyticsTables();
  /** JSON: log lines and metrics, as far as their process lived to write them. */
  readonly lines: string[] = [];
  readonly letters: KeptLetter[] = [];
  /** What invocations answered. */
  readonly answers: unknown[] = [];
  readonly onFailure: string[] = [];
  readonly withheld: StreamRecord[] = [];
  /** Laws broken on the way, in words. */
  readonly broken: string[] = [];
  /** Invocations of the mappings' that left something unsettled. */
  heldUp = 0;
  /** By event id: invocations that it was in, and those of them that answered. Plans are to count nothing. */
  readonly delivered = new Map<string, { times: number; answered: number }>();
  readonly #scenario: Scenario;
  readonly #environmentFor: ReturnType<typeof executionEnvironments<Invocation, StreamHandler>>;
  #invocations = 0;
  #lettersTried = 0;
  #ids = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#environmentFor = executionEnvironments({
      clock: this.clock,
      skewsMs: scenario.skewsMs,
      start: (environment) => this.#handler(environment),
    });
  }

  /** Runs the whole history until everything is settled, faults and all. */
  async run(): Promise<void> {
    const { again, operators, history, enabledAfterMs } = this.#scenario;
    const beside = [...again.map((one) => this.#again(one)), ...operators.map((one) => this.#operate(one))];
    const pausesMs = history.reduce((total, { pauseMs }) => total + pauseMs, 0);
    await this.#within(pausesMs + enabledAfterMs, Promise.all([this.#deliver(), ...beside]));
  }

  plan(records: readonly StreamRecord[]): Promise<readonly PlannedRecord[]> {
    return this.clock.runUntil(planned(records, this.#door));
  }

  /** Sends records through the marked door until each is settled or poison. */
  redrive(records: readonly StreamRecord[]): Promise<void> {
    return this.#within(0, redriveAll(records, this.#door));
  }

  /** What would go on for ever breaks the law instead. */
  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    const heldUp = sleep(this.clock, ms + LONGEST_MS).then(() => 'held up');
    if ((await this.clock.runUntil(Promise.race([work, heldUp]))) === 'held up')
      this.broken.push('records are held up long after all is well again');
  }

  async #deliver(): Promise<void> {
    const { history, withheld } = this.#scenario;
    const streams = { sessions: this.#stream(), history: this.#stream() };
    for (const [index, write] of history.entries()) {
      await sleep(this.clock, write.pauseMs);
      const record = this.tables.write(write, this.clock.now());
      if (record === undefined) continue;
      if (isWithheld(withheld, index)) this.withheld.push(record);
      else streams[this.tables.streamOf(record)].append(index, record);
    }
    await Promise.all([streams.sessions.settled(), streams.history.settled()]);
  }

  #stream(): LiveStream {
    return liveStream({
      delivery: this.#scenario,
      writes: this.#scenario.history.length,
      clock: this.clock,
      newId: () => `id-${this.#ids++}`,
      invoke: async (event, requestId) => {
        const result = await this.#invoke(event as StreamEvent, requestId);
        if (result.kind === 'returned' && lowestReported(result.payload) !== undefined) this.heldUp++;
        return result;
      },
      onFailure: (body) => this.onFailure.push(body),
    });
  }

  async #again({ from, size, redriven, backwards, ...moment }: Again): Promise<void> {
    await sleep(this.clock, momentMs(moment, this.#scenario.history));
    const records = deliveredAgain(this.tables.records, { from, size });
    if (redriven) return redriveAll(backwards ? records.toReversed() : records, this.#door);
    // No delivery is of two streams.
    const of = (stream: string) =>
      records.filter((one) => this.tables.streamOf(one) === stream && !this.withheld.includes(one));
    for (const some of [of('sessions'), of('history')])
      await redeliver(some, (Records) => this.#invoke({ Records }, `again-${this.#ids++}`), this.clock);
  }

  async #operate(operator: Operator): Promise<void> {
    await sleep(this.clock, operator.atMs);
    await operate([...this.withheld], operator, this.#door);
  }

  readonly #door = doorOf(
    (event) => this.#invoke(event as StreamEvent, `operator-${this.#ids++}`),
    (ms) => sleep(this.clock, ms),
  );

  async #invoke(event: StreamEvent, requestId: string): Promise<InvokeResult> {
    const number = this.#invocations++;
    const crash = this.#scenario.crashes.find(({ invocation }) => invocation === number);
    if (crash?.when === 'throttled') return { kind: 'throttled' };
    const { environment, handler } = this.#environmentFor({ crash, lines: 0 });
    const counted = event.redrive?.plan === true ? [] : event.Records.map(({ eventID }) => this.#of(eventID));
    for (const one of counted) one.times++;
    const result = await invoke({
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
    if (result.kind === 'returned') for (const one of counted) one.answered++;
    return result;
  }

  #of(eventId: string): { times: number; answered: number } {
    const known = this.delivered.get(eventId) ?? { times: 0, answered: 0 };
    this.delivered.set(eventId, known);
    return known;
  }

  /** As processors/analytics/handler.ts makes it, once for each environment. */
  #handler(environment: ExecutionEnvironment<Invocation>): StreamHandler {
    const { reporter, metrics } = telling((line) => {
      const { current } = environment;
      const { crash } = current;
      const strikes = crash?.line === current.lines++;
      if (strikes && crash.when === 'before-line') environment.die();
      if (environment.alive) this.lines.push(line);
      if (strikes && crash.when === 'after-line') environment.die();
    });
    const { clock } = environment;
    return streamHandler(analyticsProcessor(metricsSink(metrics)), {
      clock,
      random: () => 0.5,
      sink: faultyLetters({
        clock,
        alive: () => environment.alive,
        keep: (letter) => this.letters.push(letter),
        fault: () => this.#letterFault(),
      }),
      reporter,
    });
  }

  #letterFault(): Pick<LetterFault, 'kept' | 'hangs'> | undefined {
    const { letterFaults, outages } = this.#scenario;
    const number = this.#lettersTried++;
    const elapsedMs = this.clock.now() - START_MS;
    const isAway = outages.some(({ fromMs, forMs }) => elapsedMs >= fromMs && elapsedMs < fromMs + forMs);
    return letterFaults.find(({ letter }) => letter === number) ?? (isAway ? REFUSED : undefined);
  }
}

const REFUSED = { kept: false, hangs: false };
