/**
 * Keeps a user's WebSocket open and hands on what it says: greets, pings before the connection counts as idle, and comes back
 * with growing pauses when it ends. A new token is asked for at every attempt, so that a long session outlives its token.
 */
import { offeredProtocols } from '../../processors/connections/token-place.ts';
import { pauseMs } from '../../shared/stream/backoff.ts';
import { type Clock, sleep } from '../../shared/time/clock.ts';

/** API Gateway ends a connection after 10 minutes of silence; two pings may be lost. */
const PING_EVERY_MS = 3 * 60_000;

/** A connection that lasted so long was a good one: the pauses begin anew. */
const SETTLED_MS = 10_000;

export const PING = JSON.stringify({ action: 'ping' });

export type ListenEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'message'; readonly text: string }
  | {
      readonly kind: 'disconnected';
      readonly code: number;
      readonly reason: string;
      /** False if it never came to a connection. */
      readonly wasOpen: boolean;
    };

/** The part of the standard WebSocket that is used, which Node has built in. */
export interface Socket {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  send(text: string): void;
  close(code?: number): void;
}

export interface ListenerPorts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly openSocket: (url: string, protocols: string[]) => Socket;
  /** A token that is in force. */
  readonly token: () => Promise<string>;
  readonly onEvent: (event: ListenEvent) => void;
  /** Aborts when listening is to end. */
  readonly signal: AbortSignal;
}

/** Resolves once it was told to end and the connection is closed. @throws what `token` throws */
export async function listen(url: string, ports: ListenerPorts): Promise<void> {
  const { clock, random, signal, onEvent } = ports;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const token = await ports.token();
    if (signal.aborted) return;
    const startedMs = clock.now();
    const ended = await oneConnection(url, token, ports);
    if (signal.aborted) return;
    // A server that takes connections and drops them at once is no better than one that takes none.
    if (clock.now() - startedMs >= SETTLED_MS) attempt = 0;
    onEvent({ kind: 'disconnected', ...ended });
    await sleep(clock, pauseMs(attempt, random), signal).catch(() => {});
  }
}

interface Ended {
  readonly code: number;
  readonly reason: string;
  readonly wasOpen: boolean;
}

function oneConnection(url: string, token: string, ports: ListenerPorts): Promise<Ended> {
  const { clock, openSocket, onEvent, signal } = ports;
  return new Promise((resolve) => {
    const socket = openSocket(url, offeredProtocols(token));
    let wasOpen = false;
    let cancelPing = () => {};
    const close = () => socket.close(1000);
    signal.addEventListener('abort', close, { once: true });

    socket.addEventListener('open', () => {
      wasOpen = true;
      onEvent({ kind: 'connected' });
      ping();
    });
    socket.addEventListener('message', ({ data }) => onEvent({ kind: 'message', text: String(data) }));
    // What went wrong is said by the close event that follows.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code, reason }) => {
      cancelPing();
      signal.removeEventListener('abort', close);
      resolve({ code, reason, wasOpen });
    });

    function ping(): void {
      socket.send(PING);
      cancelPing = clock.after(PING_EVERY_MS, ping);
    }
  });
}
