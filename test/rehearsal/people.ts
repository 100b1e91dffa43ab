/** The people at their phones: real WebSocket clients, each with an access token, and all that they were told. */
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
    openSocket: (address, protocols) => new WebSocket(address, protocols),
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

/** @returns whether a client with this token is let in */
export function isAdmitted(url: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, offeredProtocols(token));
    socket.addEventListener('open', () => {
      socket.close(1000);
      resolve(true);
    });
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => resolve(false));
  });
}
