/**
 * One user with a live session, as an app has it: comes with a token, comes again with growing, random pauses when it is refused,
 * and hears what is pushed. Real sockets, the protocol of docs/connections.md.
 */
import { WebSocket } from 'ws';
import { offeredProtocols } from '../../../processors/connections/token-place.ts';
import { pauseMs } from '../../../shared/stream/backoff.ts';
import { type Clock, sleep } from '../../../shared/time/clock.ts';

export interface Frame {
  readonly type?: string;
  readonly id?: string;
  readonly notification?: { readonly messageId?: string };
}

export interface ClientPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** One that is in force; it is kept, since it outlives many connections. */
  readonly token: () => Promise<string>;
  readonly onFrame: (frame: Frame) => void;
  /** An attempt to connect that failed. */
  readonly onRefused: () => void;
}

export interface Client {
  /** Resolves when it is open, however often it has to try. */
  connect(): Promise<void>;
  send(text: string): void;
  isOpen(): boolean;
  /** As when the network goes: nobody is told. */
  drop(): void;
  /** As when the app ends: resolves when the other end knows. */
  close(): Promise<void>;
}

export function createClient(url: string, ports: ClientPorts): Client {
  const { clock, random, token, onFrame, onRefused } = ports;
  let socket: WebSocket | undefined;
  let held: string | undefined;

  /** @returns undefined if it was refused, or no token could be had */
  async function attempt(): Promise<WebSocket | undefined> {
    try {
      held ??= await token();
    } catch {
      return undefined;
    }
    return open(url, held, onFrame);
  }

  return {
    async connect() {
      for (let tries = 0; ; tries++) {
        const opened = await attempt();
        if (opened !== undefined) {
          socket = opened;
          return;
        }
        onRefused();
        await sleep(clock, pauseMs(tries, random));
      }
    },
    send: (text) => socket?.send(text),
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    drop: () => socket?.terminate(),
    async close() {
      const closing = socket;
      if (closing === undefined || closing.readyState === WebSocket.CLOSED) return;
      await new Promise<void>((resolve) => {
        closing.once('close', () => resolve());
        closing.close(1000);
      });
    },
  };
}

/** @returns undefined if it was refused */
function open(url: string, token: string, onFrame: (frame: Frame) => void): Promise<WebSocket | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, offeredProtocols(token), {
      perMessageDeflate: false,
      // The gateway asks two functions first; two thousand others may be before.
      handshakeTimeout: HANDSHAKE_MS,
    });
    socket.on('open', () => resolve(socket));
    socket.on('message', (data) => onFrame(JSON.parse(data.toString()) as Frame));
    // The close that follows says no more than this.
    socket.on('error', () => resolve(undefined));
  });
}

const HANDSHAKE_MS = 120_000;
