/** The operator's tool rebuilding the world's index: the shipped code from the table's scan to the door's client, in a process that may die. */
import { memoryCheckpoint } from '../../../operator/reconcile/checkpoint.ts';
import { openProjectionDoor } from '../../../operator/reconcile/door.ts';
import { type Rebuilt, rebuild } from '../../../operator/reconcile/rebuild.ts';
import type { ScanPage } from '../../../operator/reconcile/scan.ts';
import { openSetUpDoor } from '../../../operator/reconcile/set-up-door.ts';
import { paceOf } from '../../../operator/redrive/carry-out.ts';
import type { World } from './world.ts';

/** A process that dies at its n-th call to the outside: before the call goes out, or before its answer is heard. */
export interface Kill {
  readonly call: number;
  readonly isSent: boolean;
  /** The run after it is told to resume. */
  readonly resume: boolean;
}

/**
 * Runs the tool, kills it as told, and runs it again until the rebuild is complete.
 *
 * @param scanMs for each row of the table: a table may be large, and much happens meanwhile
 */
export async function rebuildAnyway(world: World, kills: readonly Kill[], scanMs: number): Promise<Rebuilt> {
  const checkpoint = memoryCheckpoint();
  for (const kill of kills) {
    const rebuilt = await run(world, checkpoint, scanMs, kill.resume, kill);
    if (rebuilt?.kind === 'complete') return rebuilt;
    await world.wait(1_000);
  }
  for (let run_ = 0; run_ < MOST_RUNS; run_++) {
    const rebuilt = await run(world, checkpoint, scanMs, true, undefined);
    if (rebuilt?.kind === 'complete') return rebuilt;
    await world.wait(10_000);
  }
  throw new Error('the rebuild does not come to its end');
}

const MOST_RUNS = 60;

const died = Symbol('died');

/** @returns undefined when it died, or could not go on */
async function run(
  world: World,
  checkpoint: ReturnType<typeof memoryCheckpoint>,
  scanMs: number,
  resume: boolean,
  kill: Kill | undefined,
): Promise<Rebuilt | undefined> {
  let calls = 0;
  let dead = false;
  const death = Promise.withResolvers<typeof died>();
  const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
    const isLast = kill !== undefined && calls++ === kill.call;
    if (isLast || dead) {
      dead = true;
      if (isLast && kill.isSent) call().catch(() => {});
      death.resolve(died);
      return new Promise<never>(() => {});
    }
    const answer = await call();
    return dead ? new Promise<never>(() => {}) : answer;
  };
  const ports = {
    lambda: lambdaOf(world, mortal),
    clock: world.clock,
    random: () => 0.5,
    signal: new AbortController().signal,
  };
  const rebuilding = rebuild({
    ...ports,
    door: openProjectionDoor({ ...ports, functionName: 'products', id: 'law' }),
    takeStep: openSetUpDoor('set-up', ports),
    pace: paceOf(undefined, world.clock),
    scan: scanOf(world, scanMs, mortal),
    checkpoint,
    segments: 2,
    resume,
    acceptRefused: true,
    onStage: () => {},
    onWait: () => {},
    onProgress: () => {},
  });
  const end = await Promise.race([rebuilding, death.promise]).catch((): typeof died => died);
  return end === died ? undefined : end;
}

type Mortal = <T>(call: () => Promise<T>) => Promise<T>;

type Lambda = Parameters<typeof openProjectionDoor>[0]['lambda'];

/** Only what the tool sends: Invoke, with an answer or an error of the function. */
function lambdaOf(world: World, mortal: Mortal): Lambda {
  const send = ({ input }: { readonly input: { FunctionName: string; Payload: Buffer } }) =>
    mortal(async () => {
      const event = JSON.parse(input.Payload.toString());
      const answer =
        input.FunctionName === 'set-up' ? await stepped(world, event) : await asked(world, event);
      return answer === undefined
        ? { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorType":"Runtime.ExitError"}') }
        : { Payload: Buffer.from(JSON.stringify(answer)) };
    });
  return { send } as unknown as Lambda;
}

async function asked(world: World, event: unknown): Promise<unknown> {
  const result = await world.ask(event);
  return result.kind === 'returned' ? result.payload : undefined;
}

async function stepped(
  world: World,
  { index }: { index: Parameters<World['takeStep']>[0] },
): Promise<unknown> {
  return world.takeStep(index).catch(() => undefined);
}

/** A row a page, so that a kill may come after any; rows are dealt out to segments by their product. */
function scanOf(world: World, scanMs: number, mortal: Mortal): ScanPage {
  return ({ index, of }, from) =>
    mortal(async () => {
      await world.wait(scanMs);
      const rows = world.table.products().filter((product) => Number(product.slice(1)) % of === index);
      const last = from?.['PK']?.S ?? '';
      const [key, ...rest] = rows.filter((product) => product > last);
      if (key === undefined) return { keys: [] };
      return { keys: [key], ...(rest.length > 0 ? { next: { PK: { S: key } } } : {}) };
    });
}
