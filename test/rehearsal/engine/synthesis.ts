/** Runs the synthesis of the rehearsal's stage. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../../local/engines/opensearch/prerequisites.ts';
import type { TokenIssuer } from '../../../local/gateway/token-issuer.ts';
import { lineOf, Problem } from '../../../local/problem.ts';

const run = promisify(execFile);

export interface SynthesisOptions {
  readonly out: string;
  readonly url: string;
  readonly issuer: TokenIssuer;
  readonly environment: Environment;
}

/** @throws Problem with what the synthesis says */
export async function synthesizeFor({ out, url, issuer, environment }: SynthesisOptions): Promise<void> {
  const { USER_POOL_JWKS: keys } = issuer.environment();
  const tokens = JSON.stringify({ userPoolId: issuer.userPoolId, clientId: issuer.clientId, keys });
  const script = join(import.meta.dirname, 'synthesize.ts');
  try {
    await run(process.execPath, [script, '--out', out, '--url', url, '--tokens', tokens], {
      env: { ...environment },
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : lineOf(error);
    throw new Problem(`the stage does not synthesize: ${said.split('\n').slice(-3).join(' / ')}`);
  }
}
