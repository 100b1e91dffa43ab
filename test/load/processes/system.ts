/**
 * Everything of a local run that is not an engine and not a user: stream pollers, event source mappings, functions in their
 * workers, gateway. What grows here grows without a reason.
 */
import type { Engines } from '../../../local/engines/start-engines.ts';
import { functionLogs } from '../../../local/functions/function-logs.ts';
import { keepTally } from '../../../local/report/tally.ts';
import type { WriteLatency } from '../../../local/report/write-latency.ts';
import { type RunningSystem, startSystem } from '../../../local/running-system.ts';
import { readAssembly } from '../../../local/template/assembly.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { runChild, tell } from './child.ts';
import type { EngineAddresses, SentMail, ToChild } from './messages.ts';
import { type Repeater, repeater } from './repeater.ts';

const ACCOUNT_ID = '000000000000';
const COUNTS_EVERY_MS = 200;

let system: RunningSystem | undefined;
let repeats: Repeater | undefined;
let mails: SentMail[] = [];
const tally = keepTally();

/** The writes are another process's: nothing here waits for their records. */
const unmeasured: WriteLatency = {
  sent: () => ({ acceptedAtMs: undefined }),
  withdraw: () => {},
  seen: () => undefined,
  unseen: () => 0,
  settled: () => {},
  percentile: () => null,
};

const never = new Promise<never>(() => {});

runChild({
  async take(message) {
    if (message.kind === 'start-system') await start(message);
  },
  kept: () => ({
    'mails in the outbox': system?.gateway.mails().length ?? 0,
    'open connections': system?.gateway.connections().length ?? 0,
    'records under way':
      system?.streams.reduce((sum, { followed }) => sum + followed.backlog().records, 0) ?? 0,
  }),
  async stop() {
    repeats?.stop();
    await system?.stop();
  },
});

async function start(message: Extract<ToChild, { kind: 'start-system' }>): Promise<void> {
  const again = repeater(message.repeatEvery, systemClock);
  repeats = again;
  let environments: readonly Readonly<Record<string, string>>[] = [];
  const line = (text: string) => tell({ kind: 'line', text });
  const running = await startSystem({
    assembly: readAssembly(message.assembly),
    engines: enginesAt(message.engines),
    accountId: ACCOUNT_ID,
    clock: systemClock,
    latency: unmeasured,
    resumeFrom: {},
    replay: false,
    keep: undefined,
    gatewayPort: 0,
    functionLog: functionLogs({ tally, show: line, verbose: false, clock: systemClock }),
    async onTables(given) {
      environments = given;
    },
    onRecords: (environment, records) => again.take(environment, records),
    onMail: ({ to, subject, text }) => mails.push({ to, subject, ...(text === undefined ? {} : { text }) }),
    say: line,
  });
  system = running;
  again.start(running.streams);
  const environmentOf = (services: readonly string[]) =>
    environments.find(({ POWERTOOLS_SERVICE_NAME: name = '' }) => services.includes(name)) ?? {};
  tell({
    kind: 'system',
    facts: {
      tables: Object.fromEntries([...running.tables.keys()].map((name) => [name, running.endpointOf(name)])),
      streams: running.streams.map(({ table, streamArn, services }) => ({
        table,
        streamArn,
        environment: environmentOf(services),
      })),
      projection: running.projection ?? { table: '', alias: '' },
      gatewayUrl: running.gateway.url,
      wsUrl: running.gateway.wsUrl,
    },
  });
  setInterval(() => report(running, again), COUNTS_EVERY_MS);
}

function report(running: RunningSystem, again: Repeater): void {
  const counts = running.streams.map(({ table, followed }) => {
    const { records, settled, filtered, givenUp, lost, failedInvocations } = followed.counts();
    const repeated = again.repeated(table);
    return [table, { records, repeated, settled, filtered, givenUp, lost, failedInvocations }] as const;
  });
  tell({ kind: 'counts', counts: Object.fromEntries(counts), failures: tally.tally().failures });
  if (mails.length === 0) return;
  tell({ kind: 'mails', mails });
  mails = [];
}

function enginesAt(at: EngineAddresses): Engines {
  const stop = async () => {};
  return {
    region: at.region,
    dynamodbOf: (name) => at.dynamodb[name] ?? Object.values(at.dynamodb)[0] ?? '',
    aws: {
      endpoint: at.aws,
      notify: (notifications) => tell({ kind: 'notify', notifications }),
      stop,
    },
    search: { url: at.search, failed: never, stop },
    cache: { url: at.cache, isNew: true, stop },
    failed: never,
    stop,
  };
}
