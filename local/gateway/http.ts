/** HTTP as the gateway's endpoints speak it: whole bodies in, one answer out, errors in the form AWS's JSON services use. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface HttpRequest {
  readonly method: string;
  /** Path segments, decoded; `undefined` stands for one that cannot be. */
  readonly path: readonly (string | undefined)[];
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Above every limit that the endpoints check themselves. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Undefined for a body that no endpoint takes. */
export async function readRequest(incoming: IncomingMessage): Promise<HttpRequest | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return {
    method: incoming.method ?? 'GET',
    path: segments(incoming.url ?? '/'),
    query: new URLSearchParams(incoming.url?.split('?').slice(1).join('?') ?? ''),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

export function sendAnswer(outgoing: ServerResponse, { status, headers = {}, body = '' }: HttpAnswer): void {
  const type = body === '' ? {} : { 'content-type': 'application/json' };
  outgoing.writeHead(status, { ...type, 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

export function json(status: number, value: unknown): HttpAnswer {
  return { status, body: JSON.stringify(value) };
}

/** The SDK takes the error's name from the header. */
export function awsError(status: number, name: string, message: string): HttpAnswer {
  return { ...json(status, { message }), headers: { 'x-amzn-errortype': name } };
}

/**
 * AWS refuses what is not signed. That a signature is right is not checked here; but a web page, which cannot set this header
 * on a request to another origin without asking first, gets nothing done.
 */
export function isSigned({ headers }: Pick<HttpRequest, 'headers'>): boolean {
  return headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;
}

export const notSigned = awsError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');

/** Undefined for text that is no JSON object. */
export function jsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function segments(url: string): (string | undefined)[] {
  const path = url.split('?', 1)[0] ?? '/';
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return undefined;
      }
    });
}
