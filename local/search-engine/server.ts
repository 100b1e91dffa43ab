/** Serves the engine over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SearchEngine } from './engine.ts';
import { parseUrl } from './request.ts';

export async function serveSearchEngine(
  engine: SearchEngine,
  { port, host = '127.0.0.1' }: { port: number; host?: string },
) {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const answer = engine.handle({
      method: incoming.method ?? 'GET',
      ...parseUrl(incoming.url ?? '/'),
      body: Buffer.concat(chunks).toString(),
    });
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${actual}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
