/** The operator's command line, as its users have it, for the rehearsed stage. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Environment } from '../../local/engines/opensearch/prerequisites.ts';
import { awsEnvironment, STAGE } from './engine/place.ts';

export const REPOSITORY = join(import.meta.dirname, '..', '..');

export interface Answer {
  readonly status: number;
  /** What `--json` printed. */
  readonly json: unknown;
}

/** `streamkeeper <command> --stage rehearsal --json`. */
export type Operator = (...command: string[]) => Promise<Answer>;

export function operatorAt(url: string, environment: Environment): Operator {
  return (...command) =>
    new Promise((resolve, reject) => {
      const args = [join(REPOSITORY, 'operator', 'launch.js'), ...command, '--stage', STAGE, '--json'];
      const env = { ...awsEnvironment(url), PATH: environment['PATH'], HOME: environment['HOME'] };
      const options = { env, maxBuffer: 64 * 1024 * 1024, timeout: 300_000 };
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        const complaint = stderr.trim().split('\n').at(-1) ?? '';
        if (typeof status !== 'number' || status > 1) {
          reject(new Error(`streamkeeper ${command.join(' ')} ended with ${status}: ${complaint}`));
          return;
        }
        try {
          resolve({ status, json: JSON.parse(stdout) });
        } catch {
          reject(new Error(`streamkeeper ${command.join(' ')} printed no JSON: ${complaint}`));
        }
      });
    });
}
