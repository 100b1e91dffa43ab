/** All warm workers of one function: an invocation takes an idle one, starts one while the limit allows, else waits its turn. */
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

export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const environments = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: ((environment: ExecutionEnvironment) => void)[] = [];
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
      await Promise.all([...environments].map((environment) => environment.stop()));
    },
  };

  function take(): Promise<ExecutionEnvironment> {
    for (let environment = idle.pop(); environment !== undefined; environment = idle.pop()) {
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
    if (waiter === undefined) idle.push(next);
    else waiter(next);
  }

  function startIfAllowed(): ExecutionEnvironment | undefined {
    if (stopped || environments.size >= options.maxConcurrency) return undefined;
    const environment = startExecutionEnvironment(options);
    environments.add(environment);
    return environment;
  }
}
