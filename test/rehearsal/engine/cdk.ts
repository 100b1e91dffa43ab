/** The CDK command line, as its users have it, against the emulator: bootstrap, deploy, destroy. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Environment } from '../../../local/engines/opensearch/prerequisites.ts';
import { Problem } from '../../../local/problem.ts';
import { CDK_VERSION } from '../../../scripts/deploy/command-line.ts';
import { cachedTool } from './cached-tool.ts';
import { ACCOUNT, awsEnvironment, REGION } from './place.ts';

export interface Cdk {
  /** @throws Problem with what the command line says */
  bootstrap(): Promise<void>;
  /** @throws Problem with what the command line says */
  deploy(): Promise<void>;
  /** @throws Problem with what the command line says */
  destroy(): Promise<void>;
}

export function installCdk(environment: Environment, say: (line: string) => void): Promise<string> {
  return cachedTool({
    name: `aws-cdk-${CDK_VERSION}`,
    environment,
    say,
    commands: (folder) => [
      [
        'npm',
        'install',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--prefix',
        folder,
        `aws-cdk@${CDK_VERSION}`,
      ],
    ],
    wayOut: 'it needs npm and a way to its registry; then run this again',
  });
}

/** @param app the folder that the app was synthesized into */
export function cdkAt(home: string, app: string, url: string, environment: Environment): Cdk {
  const cdk = (...args: string[]) =>
    run(
      [join(home, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args, '--app', app, '--no-notices', '--ci'],
      {
        ...awsEnvironment(url),
        PATH: environment['PATH'],
        // Its own cache and its telemetry stay out of the user's home.
        HOME: app,
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      },
    );
  return {
    bootstrap: () => cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`),
    deploy: () => cdk('deploy', '--all', '--require-approval', 'never', '--concurrency', '4'),
    destroy: () => cdk('destroy', '--all', '--force'),
  };
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-20_000);
      });
    }
    child.on('error', reject);
    child.on('close', (status) => {
      process.off('exit', end);
      if (status === 0) resolve();
      else reject(new Problem(`cdk ${args[1]} failed: ${complaintIn(said)}`));
    });
  });
}

/** The lines that say what failed, of all that it says. */
function complaintIn(said: string): string {
  const lines = said.split('\n').filter((line) => /FAILED|❌|[Ee]rror/.test(line));
  return (lines.length > 0 ? lines.slice(0, 3) : said.trim().split('\n').slice(-3)).join(' / ').slice(0, 600);
}
