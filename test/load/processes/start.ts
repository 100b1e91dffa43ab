/** Starts engines and system as processes of their own, and speaks with them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type {
  EngineAddresses,
  FromChild,
  ProcessSample,
  SentMail,
  StreamCounts,
  SystemFacts,
  ToChild,
} from './messages.ts';

export interface Samples {
  readonly engines: ProcessSample;
  readonly system: ProcessSample;
}

export interface Processes {
  readonly engines: EngineAddresses;
  readonly system: SystemFacts;
  /** By table; as the system told last. */
  counts(): Readonly<Record<string, StreamCounts>>;
  /** By code: what functions said of records that they could not settle. */
  failures(): Readonly<Record<string, number>>;
  /** What both hold after a forced collection. */
  sample(): Promise<Samples>;
  /** Rejects when one of them fails or ends. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface ProcessesOptions {
  /** Folder of the synthesized app. */
  readonly assembly: string;
  /** One record in so many comes again; 0 for none. */
  readonly repeatEvery: number;
  readonly onMail: (mail: SentMail) => void;
  readonly say: (line: string) => void;
}

/** As `npm start` runs: few arenas, a small young generation. What is above 256 MB of heap ends the process, and the run. */
const NODE = [
  '--expose-gc',
  '--max-old-space-size=256',
  '--max-semi-space-size=8',
  '--disable-warning=ExperimentalWarning',
  '--import',
  new URL('./heap-door.ts', import.meta.url).href,
];

const STOP_MS = 20_000;

/** @throws what keeps one of them from starting; neither is left behind */
export async function startProcesses(options: ProcessesOptions): Promise<Processes> {
  const { assembly, repeatEvery, onMail, say } = options;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let counts: Readonly<Record<string, StreamCounts>> = {};
  let failures: Readonly<Record<string, number>> = {};
  const hear = (message: FromChild) => {
    switch (message.kind) {
      case 'line':
        say(message.text);
        return;
      case 'failed':
        failure.reject(new Error(message.reason));
        return;
      case 'counts':
        ({ counts, failures } = message);
        return;
      case 'mails':
        for (const mail of message.mails) onMail(mail);
        return;
      case 'notify':
        engines.send(message);
        return;
      case 'engines':
      case 'system':
      case 'sample':
      case 'stopped':
        return;
    }
  };
  const child = (name: string) => startChild(name, hear, (reason) => failure.reject(new Error(reason)));
  const engines = child('engines');
  const system = child('system');
  const stop = async () => {
    // The system first: its functions still speak with the engines.
    await system.stop();
    await engines.stop();
  };
  try {
    engines.send({ kind: 'start-engines', assembly });
    const at = await Promise.race([engines.next('engines'), failure.promise]);
    system.send({ kind: 'start-system', assembly, engines: at.engines, repeatEvery });
    const { facts } = await Promise.race([system.next('system'), failure.promise]);
    let id = 0;
    return {
      engines: at.engines,
      system: facts,
      counts: () => counts,
      failures: () => failures,
      async sample() {
        id++;
        const answers = Promise.all([engines.sample(id), system.sample(id)]);
        const [ofEngines, ofSystem] = await Promise.race([answers, failure.promise]);
        return { engines: ofEngines, system: ofSystem };
      },
      failed: failure.promise,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Child {
  send(message: ToChild): void;
  next<Kind extends FromChild['kind']>(kind: Kind): Promise<Extract<FromChild, { kind: Kind }>>;
  sample(id: number): Promise<ProcessSample>;
  stop(): Promise<void>;
}

function startChild(
  name: 'engines' | 'system' | string,
  hear: (message: FromChild) => void,
  gone: (reason: string) => void,
): Child {
  const child: ChildProcess = fork(join(import.meta.dirname, `${name}.ts`), {
    execArgv: NODE,
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A Ctrl-C goes to the whole foreground group; these must outlast what is still on its way.
    detached: true,
  });
  const waiters = new Set<(message: FromChild) => void>();
  let stopping = false;
  child.on('message', (message: FromChild) => {
    hear(message);
    for (const waiter of [...waiters]) waiter(message);
  });
  child.on('exit', (code, signal) => {
    if (!stopping) gone(`the process of the ${name} has ended (${signal ?? code})`);
  });
  const until = <T>(pick: (message: FromChild) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const waiter = (message: FromChild) => {
        const found = pick(message);
        if (found === undefined) return;
        waiters.delete(waiter);
        resolve(found);
      };
      waiters.add(waiter);
    });
  const send = (message: ToChild) => {
    if (child.connected) child.send(message);
  };
  return {
    send,
    next: (kind) =>
      until((message) =>
        message.kind === kind ? (message as Extract<FromChild, { kind: typeof kind }>) : undefined,
      ),
    sample(id) {
      const answer = until((message) =>
        message.kind === 'sample' && message.id === id ? message.sample : undefined,
      );
      send({ kind: 'sample', id });
      return answer;
    },
    async stop() {
      if (stopping || child.exitCode !== null || child.signalCode !== null) return;
      stopping = true;
      const ended = once(child, 'exit');
      send({ kind: 'stop' });
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
