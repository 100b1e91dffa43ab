/** Carries out one fault on the running system: does it, waits, takes it back. Nothing of it is left when it resolves. */
import { type Clock, sleep } from '../../shared/time/clock.ts';
import type { ChaosEngine } from './engine.ts';
import type { ChaosEngines } from './engines.ts';
import type { Fault } from './faults.ts';
import type { Operator } from './operator.ts';
import type { EngineProxy, Network } from './proxy.ts';
import { type ChaosSystem, signalFunction } from './system.ts';
import { TOO_MANY } from './too-many.ts';

export interface World {
  readonly engines: ChaosEngines;
  readonly system: ChaosSystem;
  readonly operator: Operator;
  readonly clock: Clock;
}

/** What was done, where that says more than the fault's name; e.g. that a function had no batch. */
export type Note = string;

const SLOW_MS = 250;
const LOOK_MS = 5;
/** A function is waited for so long to have a batch. */
const BATCH_MS = 5_000;

/** @param endNow aborts when the run is to end: what was done is taken back at once */
export async function inject(fault: Fault, world: World, endNow: AbortSignal): Promise<Note> {
  const { engines, system } = world;
  const { target } = fault;
  const lasting = () => sleep(world.clock, fault.forMs, endNow).catch(() => {});
  switch (target.kind) {
    case 'function':
      return onFunction(fault, world, endNow);
    case 'mappings':
      if (fault.action === 'kill') {
        await system.kill();
        await lasting();
        await system.start();
      } else await paused(system, lasting);
      return '';
    case 'tables': {
      const engine = engines.tables.get(target.name);
      return engine === undefined ? '' : onEngine(fault, engine, TOO_MANY.tables, lasting);
    }
    case 'search':
      return onSearch(fault, world, lasting);
    case 'cache':
      return onCache(fault, world, lasting);
    case 'queues':
      return onEngine(fault, engines.queues, TOO_MANY.queues, lasting);
    case 'buckets':
      return onNetwork(fault, engines.buckets, '', lasting);
    case 'gateway':
      return onNetwork(fault, engines.gateway, TOO_MANY.gateway, lasting);
  }
}

/** After so much of a batch it is killed: by the fault's own moment, so that the schedule decides it. */
const intoBatchMs = ({ atMs }: Fault) => atMs % 120;

async function onFunction(fault: Fault, { system, clock }: World, endNow: AbortSignal): Promise<Note> {
  const { target, action, atMs, forMs } = fault;
  const found = async () => {
    const untilMs = clock.now() + BATCH_MS;
    let [one] = system.functions(target.name);
    while (one?.busy !== true && clock.now() < untilMs && !endNow.aborted) {
      await sleep(clock, LOOK_MS);
      [one] = system.functions(target.name);
    }
    if (one?.busy === true) await sleep(clock, intoBatchMs(fault));
    return one;
  };
  switch (action) {
    case 'pause': {
      const one = await found();
      if (one === undefined) return 'there was no process';
      signalFunction(one.pid, 'SIGSTOP');
      await sleep(clock, forMs, endNow).catch(() => {});
      signalFunction(one.pid, 'SIGCONT');
      return one.busy ? 'in a batch' : 'idle';
    }
    case 'crash-loop': {
      const untilMs = clock.now() + forMs;
      let times = 0;
      while (clock.now() < untilMs && !endNow.aborted) {
        const one = system.functions(target.name).find(({ busy }) => busy);
        if (one !== undefined && signalFunction(one.pid, 'SIGKILL')) times++;
        await sleep(clock, one === undefined ? LOOK_MS : 1 + (atMs % 40));
      }
      return `${times} times`;
    }
    default: {
      const one = await found();
      if (one === undefined) return 'there was no process';
      return !signalFunction(one.pid, 'SIGKILL') ? 'it had gone' : one.busy ? 'in a batch' : 'idle';
    }
  }
}

async function onSearch(
  fault: Fault,
  { engines, system, operator, clock }: World,
  lasting: Lasting,
): Promise<Note> {
  const { search } = engines;
  const { alias } = system.up.products;
  switch (fault.action) {
    case 'lose':
      await search.kill();
      engines.loseIndex();
      await lasting();
      await search.start();
      operator.mendIndex();
      return 'set up again, and reconciled';
    case 'full': {
      // What OpenSearch does itself above the flood stage of its disk's watermarks.
      if (!(await blockWrites(search, alias, true))) return 'there was no index';
      await lasting();
      await untilDone(() => blockWrites(search, alias, null), clock);
      return 'write block';
    }
    default:
      return onEngine(fault, search, TOO_MANY.search, lasting);
  }
}

/** It keeps nothing on a disk: a kill empties it, which is what a cache may be. */
async function onCache(fault: Fault, { engines, operator, clock }: World, lasting: Lasting): Promise<Note> {
  if (fault.action === 'full') return fullCache(engines, lasting, clock);
  const note = await onEngine(fault, engines.cache, TOO_MANY.cache, lasting);
  if (fault.action !== 'kill') return note;
  operator.mendCache();
  return 'reconciled';
}

type Lasting = () => Promise<void>;

async function onEngine(fault: Fault, engine: ChaosEngine, tooMany: string, lasting: Lasting): Promise<Note> {
  switch (fault.action) {
    case 'kill':
      await engine.kill();
      await lasting();
      await engine.start();
      return '';
    case 'pause':
      await paused(engine, lasting);
      return '';
    default:
      return onNetwork(fault, engine.proxy, tooMany, lasting);
  }
}

async function paused({ signal }: Pick<ChaosEngine, 'signal'>, lasting: Lasting): Promise<void> {
  signal('SIGSTOP');
  await lasting();
  signal('SIGCONT');
}

async function onNetwork(
  { action }: Fault,
  proxy: EngineProxy,
  tooMany: string,
  lasting: Lasting,
): Promise<Note> {
  const network = networkOf(action, tooMany);
  proxy.become(network);
  await lasting();
  proxy.become({ kind: 'pass' });
  return network.kind === 'slow' ? `${network.ms} ms more` : '';
}

function networkOf(action: Fault['action'], tooMany: string): Network {
  switch (action) {
    case 'slow':
      return { kind: 'slow', ms: SLOW_MS };
    case 'refuse':
      return { kind: 'refuse' };
    case 'cut':
      return { kind: 'cut' };
    case 'throttle':
      return { kind: 'answer', text: tooMany };
    case 'kill':
    case 'crash-loop':
    case 'lose':
    case 'pause':
    case 'full':
      throw new Error(`chaos: ${action} is nothing that a network does`);
  }
}

/** @returns false where there is no index: lost, and not set up again yet */
async function blockWrites(search: ChaosEngine, index: string, blocked: true | null): Promise<boolean> {
  const response = await fetch(`http://${search.address}/${index}/_settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'index.blocks.read_only_allow_delete': blocked }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (response.status === 404) return false;
  if (!response.ok) throw new Error(`chaos: the write block was answered with ${response.status}`);
  return true;
}

async function fullCache(engines: ChaosEngines, lasting: Lasting, clock: Clock): Promise<Note> {
  if (engines.cacheIs === 'embedded') {
    engines.cache.proxy.become({ kind: 'answer', text: TOO_MANY.cache });
    await lasting();
    engines.cache.proxy.become({ kind: 'pass' });
    return 'answers OOM';
  }
  await untilDone(() => engines.limitCache(1), clock);
  await lasting();
  await untilDone(() => engines.limitCache(undefined), clock);
  return 'maxmemory 1 byte';
}

const ANSWER_MS = 10_000;
const AGAIN_MS = 200;
const MOST_TIMES = 100;

/** On a machine with much to do a request may come to nothing; a fault that stays would be another one. */
async function untilDone(act: () => Promise<unknown>, clock: Clock): Promise<void> {
  for (let times = 1; ; times++) {
    try {
      await act();
      return;
    } catch (error) {
      if (times === MOST_TIMES) throw error;
      await sleep(clock, AGAIN_MS);
    }
  }
}
