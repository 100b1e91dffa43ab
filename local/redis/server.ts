/** Serves the engine over TCP: any number of connections, requests answered in the order they came, pipelined or not. */
import { createServer, type Socket } from 'node:net';
import type { RedisEngine } from './engine.ts';
import { encode, error, OK } from './reply.ts';
import { ProtocolError, requestReader } from './request.ts';

export interface RedisServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

export interface RedisServer {
  /** `redis://host:port` */
  readonly url: string;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** @throws the system's error when the port cannot be had, e.g. `EADDRINUSE` */
export async function serveRedis(
  engine: RedisEngine,
  { port, host = '127.0.0.1' }: RedisServerOptions,
): Promise<RedisServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // The client went away; there is nobody to tell.
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    answer(engine, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `redis://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((failure) => (failure ? reject(failure) : resolve()));
        for (const socket of open) socket.destroy();
      }),
  };
}

function answer(engine: RedisEngine, socket: Socket): void {
  const reader = requestReader();
  socket.on('data', (chunk: Buffer) => {
    try {
      const requests = reader.read(chunk);
      socket.cork();
      for (const words of requests) {
        const isQuit = words[0]?.toString('latin1').toUpperCase() === 'QUIT';
        socket.write(encode(isQuit ? OK : engine.execute(words)));
        if (isQuit) {
          socket.end();
          break;
        }
      }
      socket.uncork();
    } catch (failure) {
      if (!(failure instanceof ProtocolError)) throw failure;
      socket.end(encode(error(`ERR Protocol error: ${failure.message}`)));
    }
  });
}
