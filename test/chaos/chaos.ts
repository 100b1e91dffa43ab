/** One run of chaos, from the engines to the report. Whatever happens, nothing of it is left running. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DYNOXIDE_REGION } from '../../local/engines/dynamodb.ts';
import { roomForTheDay } from '../../local/engines/start-engines.ts';
import { stateFileOf } from '../../local/state-file.ts';
import { synthesize } from '../../local/synthesize.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import { engineNeeds } from '../../local/template/system.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { startChaosEngines } from './engines.ts';
import type { Options } from './options.ts';
import { type ChaosReport, holds } from './report.ts';
import { startChaosSystem } from './system.ts';
import { underLoad } from './under-load.ts';

export interface Surroundings {
  readonly repository: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Aborts when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Nobody's; the one that emulators use. */
const ACCOUNT_ID = '000000000000';

/** So soon that it happens within a run; the template's own are hours. A minute is the least age that Lambda takes. */
const LIMITS = { MaximumRetryAttempts: 4, MaximumRecordAgeInSeconds: 90 };

const LOG = 'functions.log';

/** @throws Problem when the surroundings are wrong; anything else is a fault of the harness */
export async function chaos(options: Options, surroundings: Surroundings): Promise<ChaosReport> {
  const { repository, environment, clock, say } = surroundings;
  // A killed process loses nothing that lies in memory; only what waits for no disk keeps up with the load.
  const folder = mkdtempSync(join(roomForTheDay(), 'streamkeeper-chaos-'));
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const assembly = await synthesize({
      repository,
      cacheFolder: join(repository, '.streamkeeper/synthesized'),
      stage: 'dev',
      environment,
    });
    const { systems } = engineNeeds(readAssembly(assembly));
    const ends: string[] = [];
    const engines = await startChaosEngines({
      folder,
      systems,
      region: DYNOXIDE_REGION,
      accountId: ACCOUNT_ID,
      clock,
      environment,
      onEnd: (line) => ends.push(line),
    });
    closing.push(() => engines.stop());
    const dynamodb = Object.fromEntries(
      [...engines.tables].map(([name, { address }]) => [name, `http://${address}`]),
    );
    const keep = join(folder, 'kept');
    const logFile = join(folder, LOG);
    mkdirSync(keep);
    const system = await startChaosSystem({
      engines,
      clock,
      settings: {
        assembly,
        keep,
        stateFile: stateFileOf(folder),
        logFile,
        accountId: ACCOUNT_ID,
        region: DYNOXIDE_REGION,
        limits: LIMITS,
        endpoints: {
          dynamodb,
          sqs: `http://${engines.queues.address}`,
          s3: `http://127.0.0.1:${engines.buckets.port}`,
          search: `http://${engines.search.address}`,
          cache: `redis://${engines.cache.address}`,
          gateway: `http://127.0.0.1:${engines.gateway.port}`,
        },
      },
    });
    closing.push(() => system.stop());
    const report = await underLoad(options, {
      ...surroundings,
      folder,
      logFile,
      keep,
      engines,
      system,
      ends,
    });
    if (!report.interrupted && !holds(report)) {
      const kept = join(mkdtempSync(join(tmpdir(), 'streamkeeper-chaos-')), LOG);
      copyFileSync(logFile, kept);
      say(`what the functions logged: ${kept}`);
    }
    return report;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}
