/** A gateway whose functions the test scripts, and a real WebSocket client that keeps what it hears. */
import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';
import type { InvokeResult } from '../event-source-mapping/index.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { AuthorizerContext } from './events.ts';
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';

export type ApiEvent = {
  readonly type?: string;
  readonly methodArn?: string;
  readonly headers: Record<string, string>;
  readonly queryStringParameters?: Record<string, string>;
  readonly body?: string;
  readonly requestContext: Record<string, unknown> & {
    readonly routeKey: string;
    readonly eventType: string;
    readonly connectionId: string;
    readonly authorizer?: AuthorizerContext;
  };
};

export type ScriptedFunction = (event: ApiEvent) => unknown;

export interface GatewayUnderTest {
  readonly gateway: Gateway;
  readonly clock: VirtualClock;
  /** Everything the functions were asked, in order. */
  readonly asked: { readonly name: string; readonly event: ApiEvent }[];
  readonly warnings: string[];
}

export const returned = (payload: unknown): InvokeResult => ({ kind: 'returned', payload });
export const failed = (errorMessage: string): InvokeResult => ({
  kind: 'error',
  errorType: 'Error',
  errorMessage,
});

/** Functions `connect`, `message`, `disconnect` and, where it is scripted, `authorizer`. A result that is no outcome is returned. */
export async function gatewayUnderTest(
  functions: Readonly<Record<string, ScriptedFunction>> = {},
  options: Partial<GatewayOptions> = {},
): Promise<GatewayUnderTest> {
  const clock = new VirtualClock(1_700_000_000_000);
  const asked: GatewayUnderTest['asked'] = [];
  const warnings: string[] = [];
  const all: Record<string, ScriptedFunction> = {
    connect: () => ({ statusCode: 200 }),
    message: () => ({ statusCode: 200 }),
    disconnect: () => ({ statusCode: 200 }),
    ...functions,
  };
  const gateway = await startGateway({
    clock,
    webSocketApi: {
      apiId: 'api',
      stage: 'dev',
      region: 'eu-west-1',
      accountId: '000000000000',
      routes: { $connect: 'connect', $default: 'message', $disconnect: 'disconnect' },
      ...(all['authorizer'] === undefined ? {} : { authorizer: 'authorizer' }),
    },
    async invoke(name, payload) {
      const event = JSON.parse(payload) as ApiEvent;
      asked.push({ name, event });
      const result = await all[name]?.(event);
      return isOutcome(result) ? result : all[name] && returned(result);
    },
    warn: (line) => warnings.push(line),
    ...options,
  });
  return { gateway, clock, asked, warnings };
}

function isOutcome(result: unknown): result is InvokeResult {
  return typeof result === 'object' && result !== null && 'kind' in result;
}

export interface Client {
  readonly socket: WebSocket;
  /** The next message, or one that came already; rejects when the connection ends instead. */
  next(): Promise<string>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** @throws UpgradeRefused when the handshake is answered with anything but a WebSocket */
export function connect(
  url: string,
  protocols: readonly string[] = [],
  options: ClientOptions = {},
): Promise<Client> {
  const socket = new WebSocket(url, [...protocols], options);
  const arrived: string[] = [];
  const waiting: PromiseWithResolvers<string>[] = [];
  socket.on('message', (data) => {
    const waiter = waiting.shift();
    if (waiter === undefined) arrived.push(data.toString());
    else waiter.resolve(data.toString());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      for (const waiter of waiting) waiter.reject(new Error(`closed with ${code}`));
      resolve({ code, reason: reason.toString() });
    });
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new UpgradeRefused(response.statusCode ?? 0));
    });
    socket.on('open', () => {
      const next = () => {
        const message = arrived.shift();
        if (message !== undefined) return Promise.resolve(message);
        const waiter = Promise.withResolvers<string>();
        waiting.push(waiter);
        return waiter.promise;
      };
      resolve({ socket, next, closed });
    });
  });
}

export class UpgradeRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`the handshake was answered with ${status}`);
    this.status = status;
  }
}
