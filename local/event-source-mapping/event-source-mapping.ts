/**
 * The event source mapping between a DynamoDB stream and a function: reads shards in order, forms batches, invokes, and keeps one
 * checkpoint per shard. Pure but for what it is given (clock, ids, invoke, onFailure): the same machine runs recorded cases on a
 * virtual clock and the local system in real time.
 */
import { setMaxListeners } from 'node:events';
import type { EventSourceMapping, MappingDependencies } from './contract.ts';
import type { Lane } from './lane.ts';
import { noEvents } from './metrics.ts';
import { DEFAULT_PARAMETERS, type Parameters } from './parameters.ts';
import { type SettleContext, settleBatch } from './settle-batch.ts';
import { Shard } from './shard.ts';
import { laneOf, StreamRecord } from './stream-record.ts';

export function createEventSourceMapping(dependencies: MappingDependencies): EventSourceMapping {
  const { mapping, clock } = dependencies;
  const parameters: Parameters = { ...DEFAULT_PARAMETERS, ...dependencies.parameters };
  const observe = dependencies.observe ?? (() => {});
  const counts = noEvents();
  const shards = new Map<string, Shard>();
  let state: 'disabled' | 'enabled' | 'stopped' = 'disabled';
  let everEnabled = false;
  let working = new AbortController();
  let unfinished = 0;
  let inFlight = 0;
  let busyLanes = 0;
  const awake = new Set<Shard>();
  let broken: { readonly error: unknown } | undefined;
  let idleWaiters: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  return {
    addShard(description) {
      if (shards.has(description.shardId)) throw new Error(`shard ${description.shardId} was added before`);
      const limits = { ...mapping, payloadLimitBytes: parameters.payloadLimitBytes };
      shards.set(description.shardId, new Shard(description, mapping.parallelizationFactor, limits));
    },
    append(shardId, events) {
      const shard = shardOf(shardId);
      if (shard.closed) throw new Error(`shard ${shardId} is closed and takes no more records`);
      const nowMs = clock.now();
      const isSkipped = mapping.startingPosition === 'LATEST' && !everEnabled;
      for (const event of events) {
        const record = new StreamRecord(event, nowMs);
        if (isSkipped) shard.checkpoint = record.sequenceNumber ?? shard.checkpoint;
        else {
          shard.append(record);
          unfinished++;
        }
      }
      wake(shard);
    },
    closeShard(shardId) {
      const shard = shardOf(shardId);
      if (shard.closed) return;
      shard.closed = true;
      finishIfDone(shard);
    },
    enable() {
      if (state !== 'disabled') return;
      state = 'enabled';
      everEnabled = true;
      working = new AbortController();
      // Every lane that waits between retries listens, and there may be hundreds.
      setMaxListeners(0, working.signal);
      for (const shard of shards.values()) wake(shard);
    },
    disable: () => pause('disabled'),
    stop: () => pause('stopped'),
    whenIdle: () =>
      new Promise((resolve, reject) => {
        idleWaiters.push({ resolve, reject });
        settleWaiters();
      }),
    checkpoints: () =>
      Object.fromEntries(
        [...shards.values()].flatMap((shard) =>
          shard.checkpoint === undefined ? [] : [[shard.id, shard.checkpoint]],
        ),
      ),
    metrics: () => ({ ...counts }),
    backlog() {
      const created = [...shards.values()].flatMap((shard) => shard.oldest?.createdAtMs ?? []);
      return {
        records: unfinished,
        inFlight,
        oldestCreatedAtMs: created.length === 0 ? undefined : Math.min(...created),
      };
    },
  };

  function shardOf(shardId: string): Shard {
    const shard = shards.get(shardId);
    if (shard === undefined) throw new Error(`shard ${shardId} is unknown; add it with addShard first`);
    return shard;
  }

  function pause(to: 'disabled' | 'stopped'): void {
    if (state === 'stopped') return;
    state = to;
    working.abort();
    for (const shard of shards.values()) for (const lane of shard.lanes) endWindow(lane);
    settleWaiters();
  }

  /** Lets all that happens in this turn come together, so that records appended one by one share a batch. */
  function wake(shard: Shard): void {
    if (awake.size === 0) queueMicrotask(work);
    awake.add(shard);
  }

  function work(): void {
    const woken = [...awake];
    awake.clear();
    for (const shard of woken) {
      if (state !== 'enabled' || !isReadable(shard)) continue;
      poll(shard);
      for (const lane of shard.lanes) startIfDue(shard, lane);
    }
    settleWaiters();
  }

  /** A child shard starts when its parent is done; a parent that is not known has left the stream. */
  function isReadable(shard: Shard): boolean {
    const parent = shard.parentId === undefined ? undefined : shards.get(shard.parentId);
    return parent === undefined || isDone(parent);
  }

  /** One that never held a record is done no sooner than those before it. */
  function isDone(shard: Shard): boolean {
    return shard.isDrained && isReadable(shard);
  }

  /** Reads what has come: filtered records are done with, the others wait in their lanes. */
  function poll(shard: Shard): void {
    let isFiltered = false;
    for (let record = shard.unread.shift(); record !== undefined; record = shard.unread.shift()) {
      counts.PolledEventCount++;
      const { event, sequenceNumber } = record;
      if (mapping.filter?.(event) === false) {
        counts.FilteredOutEventCount++;
        observe({ kind: 'filtered', shardId: shard.id, sequenceNumber });
        record.markDone();
        unfinished--;
        isFiltered = true;
      } else shard.lanes[laneOf(event, shard.lanes.length)]?.add(record);
    }
    if (isFiltered) moveCheckpoint(shard);
  }

  function startIfDue(shard: Shard, lane: Lane): void {
    if (lane.busy) return;
    const dueInMs = lane.dueInMs(clock.now());
    if (dueInMs === undefined) return;
    endWindow(lane);
    if (dueInMs > 0) {
      lane.cancelWindow = clock.after(dueInMs, () => {
        lane.cancelWindow = undefined;
        wake(shard);
      });
      return;
    }
    lane.busy = true;
    busyLanes++;
    deliver(shard, lane).catch(breakDown);
  }

  async function deliver(shard: Shard, lane: Lane): Promise<void> {
    while (state === 'enabled' && lane.dueInMs(clock.now()) === 0) {
      const batch = lane.take();
      inFlight += batch.length;
      const context: SettleContext = {
        ...dependencies,
        parameters,
        observe,
        counts,
        done: (records) => {
          for (const record of records) record.markDone();
          unfinished -= records.length;
          inFlight -= records.length;
          moveCheckpoint(shard);
        },
      };
      const rest = await settleBatch(batch, shard.id, working.signal, context);
      inFlight -= rest.length;
      if (rest.length > 0) lane.giveBack(rest);
    }
    lane.busy = false;
    busyLanes--;
    wake(shard);
  }

  function moveCheckpoint(shard: Shard): void {
    if (shard.advance()) observe({ kind: 'checkpoint', shardId: shard.id, sequenceNumber: shard.checkpoint });
    finishIfDone(shard);
  }

  function finishIfDone(shard: Shard): void {
    if (!isDone(shard)) return;
    observe({ kind: 'shard-done', shardId: shard.id });
    for (const child of shards.values()) {
      if (child.parentId !== shard.id) continue;
      wake(child);
      finishIfDone(child);
    }
  }

  function settleWaiters(): void {
    if (idleWaiters.length === 0 || (broken === undefined && !isIdle())) return;
    const waiters = idleWaiters;
    idleWaiters = [];
    for (const waiter of waiters) broken === undefined ? waiter.resolve() : waiter.reject(broken.error);
  }

  function isIdle(): boolean {
    if (busyLanes > 0 || awake.size > 0) return false;
    if (state !== 'enabled') return true;
    for (const shard of shards.values()) {
      if (isReadable(shard) && shard.lanes.some((lane) => lane.length > 0)) return false;
    }
    return true;
  }

  /** Something outside broke its promise: the mapping stops, and says so to whoever waits, or to the process. */
  function breakDown(error: unknown): void {
    const isAwaited = idleWaiters.length > 0;
    broken = { error };
    pause('stopped');
    if (!isAwaited) throw error;
  }

  function endWindow(lane: Lane): void {
    lane.cancelWindow?.();
    lane.cancelWindow = undefined;
  }
}
