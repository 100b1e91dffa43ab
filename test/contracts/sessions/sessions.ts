/** The engine under test as the rules see it: clients that connect, the `@connections` API, and what the function behind was told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { type Client, connect, UpgradeRefused } from '../../../local/gateway/testing.ts';

/** What the function of `function.cjs` tells of an event. */
export interface Report {
  readonly routeKey: string;
  readonly eventType: string;
  readonly connectionId: string;
  readonly name?: string;
  readonly body?: string;
  /** The status of a post to a connection whose $connect had not returned. */
  readonly early?: number;
}

export interface Reports {
  readonly url: string;
  /** The first that fits, when it comes. */
  next(fits: (report: Report) => boolean): Promise<Report>;
  stop(): void;
}

export async function collectReports(): Promise<Reports> {
  const reports: Report[] = [];
  const waiting: { fits: (report: Report) => boolean; resolve: (report: Report) => void }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const report = JSON.parse(text) as Report;
    reports.push(report);
    for (const { fits, resolve } of waiting) if (fits(report)) resolve(report);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (fits) =>
      new Promise((resolve) => {
        const known = reports.find(fits);
        if (known === undefined) waiting.push({ fits, resolve });
        else resolve(known);
      }),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface Opened extends Client {
  readonly connectionId: string;
}

export interface Sessions {
  readonly client: ApiGatewayManagementApiClient;
  readonly reports: Reports;
  /** @throws {UpgradeRefused} */
  open(query?: Readonly<Record<string, string>>): Promise<Opened>;
  close(): void;
}

export interface SessionsEngine {
  readonly webSocketUrl: string;
  /** Of the `@connections` API. */
  readonly connectionsUrl: string;
  readonly reports: Reports;
}

let names = 0;

export function connectSessions({ webSocketUrl, connectionsUrl, reports }: SessionsEngine): Sessions {
  const client = new ApiGatewayManagementApiClient({
    endpoint: connectionsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const opened: Client[] = [];
  return {
    client,
    reports,
    async open(query = {}) {
      const name = `client-${names++}`;
      const one = await connect(`${webSocketUrl}?${new URLSearchParams({ ...query, name })}`);
      opened.push(one);
      const { connectionId } = await reports.next((report) => report.name === name);
      return { ...one, connectionId };
    },
    close() {
      for (const { socket } of opened) socket.terminate();
      client.destroy();
      reports.stop();
    },
  };
}

/** @returns `open`, or the status that the handshake was answered with */
export async function handshake(sessions: Sessions, query: Record<string, string>): Promise<string | number> {
  try {
    await sessions.open(query);
    return 'open';
  } catch (error) {
    if (error instanceof UpgradeRefused) return error.status;
    throw error;
  }
}
