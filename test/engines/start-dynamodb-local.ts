/** DynamoDB Local, which AWS makes, from Maven: in memory, on a free port, gone when stopped. */
import { join } from 'node:path';
import { startEngineProcess } from '../../local/engines/child-process.ts';
import { type Environment, findJava, findMaven } from '../../local/engines/opensearch/prerequisites.ts';
import { choosePort, isListening } from '../../local/engines/port.ts';
import { Problem } from '../../local/problem.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';
import { cachedTool } from '../rehearsal/engine/cached-tool.ts';

/** As its pom says. */
const VERSION = '2.6.1';
const POM = join(import.meta.dirname, 'dynamodb-local.pom.xml');
const START_MS = 60_000;

export interface DynamoDbLocal {
  readonly endpoint: string;
  /** It takes any, and keeps its tables by region. */
  readonly region: string;
  stop(): Promise<void>;
}

export interface DynamoDbLocalOptions {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly say: (line: string) => void;
}

/** @throws Problem when it cannot be had here, or does not start */
export async function startDynamoDbLocal(options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  const { clock, environment, say } = options;
  const java = await findJava(environment, undefined, { engine: 'DynamoDB Local', first: 11 });
  const maven = await findMaven(environment);
  const home = await cachedTool({
    name: `dynamodb-local-${VERSION}`,
    environment,
    say,
    commands: (folder) => [
      [
        maven,
        '-q',
        '-B',
        '-f',
        POM,
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${folder}`,
      ],
    ],
    wayOut: 'check the network and ~/.m2/settings.xml, then run this again',
  });
  const port = await choosePort(0, 'DynamoDB Local');
  const engine = startEngineProcess(
    java,
    [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      `-Djava.library.path=${home}`,
      '-cp',
      join(home, '*'),
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    { PATH: environment['PATH'] },
  );
  const untilMs = clock.now() + START_MS;
  while (!(await isListening(port))) {
    if (!engine.isRunning() || clock.now() > untilMs) {
      const said = engine.errorText().split('\n').at(-1) || 'it does not answer';
      await engine.stop();
      throw new Problem(`DynamoDB Local ${VERSION} does not start: ${said}`);
    }
    await sleep(clock, 50);
  }
  return { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', stop: () => engine.stop() };
}
