/** Serves the engine over HTTP. */
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { deliver } from './deliver.ts';
import type { SearchEngine } from './engine.ts';
import type { Intercept } from './faults.ts';
import { parseUrl } from './request.ts';

export interface ServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly intercept?: Intercept;
}

export interface SearchServer {
  readonly url: string;
  /** Ends open connections too; the engine stays open. */
  close(): Promise<void>;
}

/** @throws the system's error when the port cannot be had, e.g. `EADDRINUSE` */
export async function serveSearchEngine(
  engine: SearchEngine,
  { port, host = '127.0.0.1', intercept }: ServerOptions,
): Promise<SearchServer> {
  const server = createServer((incoming, outgoing) => {
    readBody(incoming).then(
      (body) => {
        const request = { method: incoming.method ?? 'GET', ...parseUrl(incoming.url ?? '/'), body };
        const ignoreNotice = deliver(engine, request, intercept, (notice) => {
          if (notice.kind === 'reset') incoming.socket.destroy();
          else outgoing.writeHead(notice.answer.status, notice.answer.headers).end(notice.answer.body);
        });
        outgoing.on('close', ignoreNotice);
      },
      // The client went away in the middle of its request, or sends what no engine takes.
      () => incoming.socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** As sent and as unzipped (OpenSearch, `http.max_content_length`). */
const LARGEST_BODY = 100 * 1024 * 1024;

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY) throw new RangeError(`more than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const isGzip = incoming.headers['content-encoding'] === 'gzip';
  return (isGzip ? gunzipSync(body, { maxOutputLength: LARGEST_BODY }) : body).toString();
}
