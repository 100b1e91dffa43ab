/** The people at their phones: real WebSocket clients, each with an access token, and all that they were told. */
import { WebSocket } from 'ws';
import type { TokenIssuer } from '../../local/gateway/token-issuer.ts';
import { listen } from '../../operator/listen/listener.ts';
import { offeredProtocols } from '../../processors/connections/token-place.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { seen } from './wait.ts';

export interface Person {
  readonly userId: string;
  /** Resolves once the connection is open. */
  connected(): Promise<void>;
  /** A notification of this type that has come. */
  told(type: string): Promise<Told>;
  close(): Promise<void>;
}

export interface Told {
  readonly text: string;
  readonly unread: number;
  readonly notification: { readonly type: string };
}

export function person(userId: string, url: string, issuer: TokenIssuer, clock: Clock): Person {
  const told: Told[] = [];
  const ending = new AbortController();
  let isOpen = false;
  const listening = listen(url, {
    clock,
    random: Math.random,
    openSocket: socketWith,
    token: async () => issuer.issue(userId).token,
    signal: ending.signal,
    onEvent(event) {
      if (event.kind === 'connected') isOpen = true;
      if (event.kind !== 'message') return;
      const message = JSON.parse(event.text) as { type?: string } & Told;
      if (message.type === 'notification') told.push(message);
    },
  });
  return {
    userId,
    connected: async () => {
      await seen(clock, `the connection of ${userId}`, async () => isOpen);
    },
    told: (type) =>
      seen(clock, `a live message ${type} to ${userId}`, async () =>
        told.find(({ notification }) => notification.type === type),
      ),
    close: async () => {
      ending.abort();
      await listening;
    },
  };
}

/**
 * Two departures from API Gateway are this emulator's. It does not answer which protocol it takes, and clients that asked for one by
 * the WebSocket API would hang up: so the protocols are a plain header. And it calls no authorizer without an `Authorization` header
 * where the template names no identity source: so there is one, which nobody reads.
 */
function socketWith(url: string, protocols: readonly string[]): WebSocket {
  return new WebSocket(url, {
    headers: { 'Sec-WebSocket-Protocol': protocols.join(', '), Authorization: 'unread' },
  });
}

/** @returns whether a client with this token is let in */
export function isAdmitted(url: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = socketWith(url, offeredProtocols(token));
    socket.addEventListener('open', () => {
      socket.close(1000);
      resolve(true);
    });
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => resolve(false));
  });
}
