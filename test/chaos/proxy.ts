/** A TCP proxy in front of an engine: the engine's address for everybody, whichever process is behind it, and where its network fails. */
import { connect, createServer, type Socket } from 'node:net';
import { type Clock, sleep } from '../../shared/time/clock.ts';

export type Network =
  | { readonly kind: 'pass' }
  /** Everything comes late, in its order. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'refuse' }
  /** Every second answer is lost, and its connection. */
  | { readonly kind: 'cut' }
  /** What every request is answered with, as bytes on the wire; nothing arrives. */
  | { readonly kind: 'answer'; readonly text: string };

export interface EngineProxy {
  readonly port: number;
  /** Whom new connections lead to; undefined while there is nobody. */
  aimAt(port: number | undefined): void;
  become(network: Network): void;
  /** Requests whose client had gone before it had their answer: from when to when it waited. */
  unheard(): readonly { readonly fromMs: number; readonly toMs: number }[];
  stop(): Promise<void>;
}

export interface ProxyOptions {
  readonly clock: Clock;
  /** Connections wait until there is somebody behind, in place of being refused. @default false */
  readonly waits?: boolean;
}

const HOST = '127.0.0.1';
const LOOK_AGAIN_MS = 50;
const LONGEST_WAIT_MS = 20_000;

export async function startProxy({ clock, waits = false }: ProxyOptions): Promise<EngineProxy> {
  let target: number | undefined;
  let network: Network = { kind: 'pass' };
  let answers = 0;
  const unheard: { fromMs: number; toMs: number }[] = [];
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
  };
  const server = createServer((client) => {
    keep(client);
    if (network.kind === 'refuse') client.resetAndDestroy();
    else if (network.kind === 'answer') answer(client, network.text);
    else void forward(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    aimAt(port) {
      target = port;
    },
    become(next) {
      network = next;
      if (next.kind === 'pass' || next.kind === 'slow') return;
      // Connections that are kept alive must meet the fault too.
      for (const socket of open) socket.resetAndDestroy();
    },
    unheard: () => unheard,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };

  function answer(client: Socket, text: string): void {
    client.once('data', () => client.end(text));
  }

  async function forward(client: Socket): Promise<void> {
    client.pause();
    const untilMs = clock.now() + LONGEST_WAIT_MS;
    let upstream = await reach(target);
    while (upstream === undefined && waits && !client.destroyed && clock.now() < untilMs) {
      await sleep(clock, LOOK_AGAIN_MS);
      upstream = await reach(target);
    }
    if (upstream === undefined || client.destroyed) {
      upstream?.destroy();
      client.resetAndDestroy();
      return;
    }
    keep(upstream);
    const behind = upstream;
    let askedMs: number | undefined;
    client.on('data', () => {
      askedMs ??= clock.now();
    });
    behind.on('data', () => {
      if (network.kind !== 'cut') askedMs = undefined;
    });
    client.on('close', () => {
      if (askedMs !== undefined) unheard.push({ fromMs: askedMs, toMs: clock.now() });
    });
    carry(client, behind, () => true);
    carry(behind, client, () => network.kind !== 'cut' || answers++ % 2 === 0);
    client.resume();
  }

  function carry(from: Socket, to: Socket, passes: () => boolean): void {
    let before: Promise<void> = Promise.resolve();
    const inTurn = (act: () => void) => {
      const due = network.kind === 'slow' ? sleep(clock, network.ms) : undefined;
      before = before.then(() => due).then(act);
    };
    from.on('data', (chunk: Buffer) => {
      if (passes()) inTurn(() => void to.write(chunk));
      else {
        from.resetAndDestroy();
        to.resetAndDestroy();
      }
    });
    from.on('end', () => inTurn(() => void to.end()));
    from.on('close', (failed: boolean) => inTurn(() => void (failed ? to.destroy() : to.end())));
  }
}

/** @returns undefined when nobody is there */
function reach(port: number | undefined): Promise<Socket | undefined> {
  if (port === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}
