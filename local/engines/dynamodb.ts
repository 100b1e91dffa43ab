/**
 * DynamoDB with streams for one system: a dynoxide process of its own, or a server that runs already.
 *
 * Dynoxide looks up the highest sequence number at every write by reading all records of the stream, so that 20,000 writes
 * take minutes; and the first and the last of a shard at every DescribeStream, with all that their images hold. Its database is a
 * SQLite file; an index makes the cost of a write constant, and another keeps the images out of the second.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { Problem } from '../problem.ts';
import { type EngineProcess, startEngineProcess } from './child-process.ts';
import { choosePort, isListening } from './port.ts';

export interface DynamoDbEngine {
  readonly endpoint: string;
  readonly region: string;
  /** Settles when the engine has gone without being stopped; never for a server that was given. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

/** One that was started here, and can be signalled as a process. */
export interface DynoxideEngine extends DynamoDbEngine, Pick<EngineProcess, 'ended' | 'signal'> {}

/** The only region dynoxide answers with; its ARNs carry it. */
export const DYNOXIDE_REGION = 'dynoxide';

/** What a server that was given is asked for: DynamoDB Local takes any region, and keeps its tables by region. */
export const GIVEN_REGION = 'us-east-1';

export interface DynoxideOptions {
  /** For messages: the system whose tables it holds. */
  readonly system: string;
  /** The SQLite file; its folder exists. */
  readonly file: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly clock: Clock;
}

const START_MS = 10_000;

/** @throws Problem when it is not installed, its port is taken, or it does not start */
export async function startDynoxide(options: DynoxideOptions): Promise<DynoxideEngine> {
  const { system, file, clock } = options;
  const binary = dynoxideBinary();
  const port = await choosePort(options.port, '--dynamodb-port');
  const endpoint = `http://127.0.0.1:${port}`;
  const engine = startEngineProcess(binary, [
    'serve',
    '--host',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--db-path',
    file,
  ]);
  let stopping = false;
  try {
    await untilItAnswers(engine, endpoint, clock, `dynoxide (${system})`);
    indexStreamPositions(file);
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return {
    endpoint,
    region: DYNOXIDE_REGION,
    ended: engine.ended,
    signal: engine.signal,
    failed: new Promise((resolve) => {
      void engine.ended.then(() => {
        if (!stopping)
          resolve(`DynamoDB of ${system} has ended: ${engine.errorText() || 'it gave no reason'}`);
      });
    }),
    async stop() {
      stopping = true;
      await engine.stop();
    },
  };
}

/** @throws Problem when nothing answers there */
export async function useDynamoDbAt(url: string): Promise<DynamoDbEngine> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(5000) });
  } catch {
    throw new Problem(
      `--dynamodb: nothing answers at ${url}; start DynamoDB Local there, or leave the option out`,
    );
  }
  return {
    endpoint: url.replace(/\/$/, ''),
    region: GIVEN_REGION,
    failed: new Promise(() => {}),
    stop: async () => {},
  };
}

function dynoxideBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch {
    const known = process.platform === 'linux' && process.arch === 'x64';
    throw new Problem(
      known
        ? `${name} is not installed; run npm ci without --omit=optional, or give a DynamoDB server: --dynamodb http://localhost:8000`
        : `the embedded DynamoDB runs on Linux x64, this is ${process.platform} ${process.arch}; start DynamoDB Local and give its URL: --dynamodb http://localhost:8000 (or STREAMKEEPER_DYNAMODB_URL)`,
    );
  }
}

async function untilItAnswers(
  engine: EngineProcess,
  endpoint: string,
  clock: Clock,
  name: string,
): Promise<void> {
  const until = clock.now() + START_MS;
  while (engine.isRunning() && clock.now() < until) {
    if (await isListening(Number(new URL(endpoint).port))) return;
    await sleep(clock, 20);
  }
  throw new Problem(
    `${name} does not start: ${engine.errorText() || 'it gives no reason'}; run npm ci again, or give a DynamoDB server: --dynamodb http://localhost:8000`,
  );
}

/** @throws Problem when the file is not the one this version of dynoxide writes */
function indexStreamPositions(file: string): void {
  try {
    const database = new DatabaseSync(file, { timeout: 5000 });
    try {
      database.exec(
        'CREATE INDEX IF NOT EXISTS streamkeeper_position ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
      );
      database.exec(
        'CREATE INDEX IF NOT EXISTS streamkeeper_ends ON _stream_records (table_name, shard_id, sequence_number)',
      );
    } finally {
      database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(
      `${file}: is not a database of the installed dynoxide (${reason}); delete it, or run npm ci again`,
    );
  }
}
