/** Dynoxide for the tables contract, on a disk that nobody waits for. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynoxide } from '../../../local/engines/dynamodb.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import type { Running } from '../rule.ts';
import { connect, type Tables } from './tables.ts';

const IN_MEMORY = '/dev/shm';

export async function startEmbeddedTables(): Promise<Running<Tables>> {
  const folder = await mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'streamkeeper-contract-'));
  const engine = await startDynoxide({
    system: 'contract',
    file: join(folder, 'dynamodb.sqlite'),
    port: 0,
    clock: systemClock,
  });
  const port = connect(engine);
  return {
    port,
    async stop() {
      port.close();
      await engine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
