/** Handshakes that do not become a WebSocket: found out before any function is asked, and answered in plain HTTP. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
}

/** Developer guide, "Quotas for configuring and running a WebSocket in API Gateway". */
const MAX_URL_CHARACTERS = 4096;

/** A handshake that the WebSocket library would refuse later is refused now: `$connect` has effects. RFC 6455, section 4.2.1. */
export function upgradeProblem(request: IncomingMessage, stage: string): UpgradeRefusal | undefined {
  const { method, url = '/', headers } = request;
  if (url.length > MAX_URL_CHARACTERS) return { status: 414, message: 'URI Too Long' };
  const path = url.split('?', 1)[0]?.replace(/\/$/, '');
  if (path !== `/${stage}`) return { status: 403, message: 'Forbidden' };
  const isHandshake =
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === '13' &&
    areTokens(headers['sec-websocket-protocol']);
  return isHandshake ? undefined : { status: 400, message: 'Bad Request' };
}

/** Different names, each a token (RFC 9110, section 5.6.2). */
function areTokens(protocols: string | undefined): boolean {
  if (protocols === undefined) return true;
  const names = protocols.split(',').map((name) => name.trim());
  return names.every((name) => /^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) && new Set(names).size === names.length;
}

export function refuseUpgrade(stream: Duplex, { status, message }: UpgradeRefusal): void {
  const body = JSON.stringify({ message });
  stream.once('error', () => stream.destroy());
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n` +
      'Connection: close\r\n' +
      'Content-Type: application/json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
