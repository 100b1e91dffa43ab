/** The workers of all functions: a function's first one starts when it is first invoked. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/time/clock.ts';
import type { InvokeResult } from '../event-source-mapping/index.ts';
import type { LocalFunction } from '../template/system.ts';
import { createFunctionPool, type FunctionPool } from './function-pool.ts';
import type { StartFunctionHost } from './function-thread.ts';

export interface FunctionPools {
  of(code: LocalFunction): FunctionPool;
  /** @returns undefined if there is no function of that name */
  invoke(functionName: string, payload: string): Promise<InvokeResult | undefined>;
  stop(): Promise<void>;
}

export interface FunctionPoolsOptions {
  /** All of the worker's `process.env`. */
  readonly environmentOf: (code: LocalFunction) => Readonly<Record<string, string>>;
  /** Those that can be invoked by name; asked at each such invocation. */
  readonly functions: () => readonly LocalFunction[];
  readonly clock: Clock;
  readonly log: (functionName: string, line: string) => void;
  /** What functions run in. @default worker threads */
  readonly startHost?: StartFunctionHost | undefined;
}

/** Most invocations of one function at a time; each has a worker that stays in memory. */
const MAX_CONCURRENCY = 1;

export function createFunctionPools(options: FunctionPoolsOptions): FunctionPools {
  const pools = new Map<string, FunctionPool>();
  const of = (code: LocalFunction): FunctionPool => {
    const pool =
      pools.get(code.name) ??
      createFunctionPool({
        function: code,
        environment: options.environmentOf(code),
        clock: options.clock,
        newId: randomUUID,
        log: (line) => options.log(code.name, line),
        maxConcurrency: MAX_CONCURRENCY,
        startHost: options.startHost,
      });
    pools.set(code.name, pool);
    return pool;
  };
  return {
    of,
    async invoke(functionName, payload) {
      const code = options.functions().find(({ name }) => name === functionName);
      return code === undefined ? undefined : of(code).invoke(randomUUID(), payload);
    },
    async stop() {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}
