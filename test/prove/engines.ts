/** `npm run prove -- --engines`: every contract on every real engine that it is for, and the search contract on every version of OpenSearch. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openSearchVersions } from '../../local/engines/opensearch/assemble.ts';

/** Of test/engines: those that hold contracts. */
const CONTRACTS = ['opensearch', 'redis', 'dynamodb-local', 'ministack'];

/** @returns the tests' exit code, or 2 if an engine cannot be had here */
export async function proveEngines(): Promise<number> {
  const folder = join(import.meta.dirname, '../engines');
  const versions = openSearchVersions.flatMap((version) => ['--opensearch', version]);
  const files = CONTRACTS.map((name) => join(folder, `${name}.test.ts`));
  const child = spawn(process.execPath, [join(folder, 'run.ts'), ...versions, ...files], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
