/** `npm run deploy`: says what an account lacks for a stage, or hands the synthesized stage to the CDK command line. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Stage, stageOf } from '../infra/stages.ts';
import { lineOf, Problem } from '../local/problem.ts';
import { lookAt, whereTo } from './deploy/account.ts';
import {
  cdkArguments,
  type DeployArguments,
  HELP,
  type Place,
  readArguments,
} from './deploy/command-line.ts';
import { findings } from './deploy/prerequisites.ts';

/** `wrong`: something is missing, or said wrongly, and nothing was done. Whatever else the CDK ends with. */
const EXIT = { done: 0, wrong: 2 } as const;

async function main(): Promise<number> {
  const { args, stage } = asked();
  if (args === 'help') {
    console.log(HELP);
    return EXIT.done;
  }
  const place = await whereTo(args);
  const found = findings(stage, await lookAt(place, args, stage), args.command);
  for (const { kind, text } of found)
    console.error(`deploy: ${kind === 'missing' ? 'missing: ' : ''}${text}`);
  if (found.some(({ kind }) => kind === 'missing')) return EXIT.wrong;
  console.error(`deploy: ${args.command} stage ${stage.name}, account ${place.accountId}, ${place.region}`);
  if (args.check) return EXIT.done;
  return cdk(args, place, args.command === 'bootstrap' ? '' : await synthesized(stage));
}

/** @throws Problem, or another error with one line, when the command line or the stage is wrong */
function asked(): { readonly args: DeployArguments | 'help'; readonly stage: Stage } {
  const args = readArguments(process.argv.slice(2));
  const stage = stageOf(args === 'help' ? 'dev' : args.stage);
  if (args === 'help') return { args, stage };
  if (stage.emulator !== undefined)
    throw new Problem(`stage ${stage.name} is for an emulator: nothing of it is reached on AWS`);
  const asks = (args.command === 'deploy' || args.command === 'destroy') && !args.yes && !args.check;
  if (asks && !process.stdin.isTTY)
    throw new Problem('the CDK asks before it changes rights or deletes, and here nobody answers: say --yes');
  return { args, stage };
}

/** A folder of its own, and a new one: what `npm run synth` wrote is somebody else's. */
async function synthesized({ name }: Stage): Promise<string> {
  // Takes a second to load, and not every command needs it.
  const { synthesizeValidated } = await import('../infra/validated.ts');
  const outdir = join(import.meta.dirname, '..', '.streamkeeper', 'deploy', name);
  rmSync(outdir, { recursive: true, force: true });
  synthesizeValidated({ stage: name, outdir });
  return outdir;
}

function cdk(args: DeployArguments, place: Place, folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', cdkArguments(args, place, folder), {
      stdio: 'inherit',
      env: { ...process.env, AWS_REGION: place.region, AWS_DEFAULT_REGION: place.region },
    });
    // The CDK hears a terminal's Ctrl-C itself, and says what it leaves; this waits for it.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) =>
      reject(new Problem(`npx does not start (${error.message}); it comes with npm`)),
    );
    child.on('exit', (code) => resolve(code ?? 130));
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`deploy: ${lineOf(error)}`);
  process.exitCode = EXIT.wrong;
}
