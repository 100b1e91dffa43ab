/**
 * All warm workers of one function: an invocation takes an idle one, starts one while the limit allows, else waits its turn. One
 * that nobody needs for a while is ended, as Lambda does, for its memory.
 */
import type { InvokeResult } from '../event-source-mapping/index.ts';
import {
  type ExecutionEnvironment,
  type ExecutionOptions,
  startExecutionEnvironment,
} from './execution-environment.ts';

export interface FunctionPool {
  /** Never rejects: how it ended is a value. */
  invoke(requestId: string, payload: string): Promise<InvokeResult>;
  stop(): Promise<void>;
}

export interface FunctionPoolOptions extends ExecutionOptions {
  /** How many invocations may run at once. */
  readonly maxConcurrency: number;
}

/** How long a worker may be idle. */
const IDLE_MS = 10_000;

export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const environments = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: ((environment: ExecutionEnvironment) => void)[] = [];
  /** How each idle one is kept from being ended. */
  const resting = new Map<ExecutionEnvironment, () => void>();
  let stopped = false;

  return {
    async invoke(requestId, payload) {
      const environment = await take();
      const result = await environment.invoke(requestId, payload);
      giveBack(environment);
      return result;
    },
    async stop() {
      stopped = true;
      for (const environment of [...resting.keys()]) wake(environment);
      await Promise.all([...environments].map((environment) => environment.stop()));
    },
  };

  function take(): Promise<ExecutionEnvironment> {
    for (let environment = idle.pop(); environment !== undefined; environment = idle.pop()) {
      wake(environment);
      if (environment.alive) return Promise.resolve(environment);
      environments.delete(environment);
    }
    const started = startIfAllowed();
    if (started !== undefined) return Promise.resolve(started);
    return new Promise((resolve) => waiting.push(resolve));
  }

  function giveBack(environment: ExecutionEnvironment): void {
    if (!environment.alive) environments.delete(environment);
    const next = environment.alive ? environment : waiting.length > 0 ? startIfAllowed() : undefined;
    if (next === undefined) return;
    const waiter = waiting.shift();
    if (waiter === undefined) rest(next);
    else waiter(next);
  }

  function rest(environment: ExecutionEnvironment): void {
    idle.push(environment);
    const end = () => {
      resting.delete(environment);
      idle.splice(idle.indexOf(environment), 1);
      environments.delete(environment);
      void environment.stop();
    };
    resting.set(environment, options.clock.after(IDLE_MS, end));
  }

  function wake(environment: ExecutionEnvironment): void {
    resting.get(environment)?.();
    resting.delete(environment);
  }

  function startIfAllowed(): ExecutionEnvironment | undefined {
    if (stopped || environments.size >= options.maxConcurrency) return undefined;
    const environment = startExecutionEnvironment(options);
    environments.add(environment);
    return environment;
  }
}
