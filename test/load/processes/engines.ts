/** The embedded engines in a process of their own: they hold the data, so their growth is not the pipeline's. */
import { type Engines, startEngines } from '../../../local/engines/start-engines.ts';
import { readAssembly } from '../../../local/template/assembly.ts';
import { engineNeeds } from '../../../local/template/system.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { runChild, tell } from './child.ts';

let engines: Engines | undefined;

runChild({
  async take(message) {
    if (message.kind === 'notify') engines?.aws.notify(message.notifications);
    if (message.kind !== 'start-engines') return;
    const needs = engineNeeds(readAssembly(message.assembly));
    const started = await startEngines({
      options: {
        awsPort: 0,
        dynamodb: undefined,
        dynamodbPort: 0,
        keep: undefined,
        redis: undefined,
        search: 'embedded',
        searchPort: 0,
      },
      needs,
      clock: systemClock,
      environment: process.env,
      say: (text) => tell({ kind: 'line', text }),
    });
    engines = started;
    started.failed.then(
      (reason) => tell({ kind: 'failed', reason }),
      () => {},
    );
    tell({
      kind: 'engines',
      engines: {
        region: started.region,
        dynamodb: Object.fromEntries(needs.systems.map((system) => [system, started.dynamodbOf(system)])),
        aws: started.aws.endpoint,
        search: started.search?.url ?? '',
        cache: started.cache?.url ?? '',
      },
    });
  },
  kept: () => ({}),
  async stop() {
    await engines?.stop();
  },
});
