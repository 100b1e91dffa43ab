/** What clients of the local run's gateway send: frames in any pieces, route keys, and requests to its services. */
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { developmentEndpoint } from '../../../local/gateway/development-endpoints.ts';
import { emailEndpoint } from '../../../local/gateway/email-endpoint.ts';
import { frameMeter } from '../../../local/gateway/frame-meter.ts';
import type { HttpAnswer, HttpRequest } from '../../../local/gateway/http.ts';
import { invokeEndpoint } from '../../../local/gateway/invoke-endpoint.ts';
import { mappingsEndpoint } from '../../../local/gateway/mappings-endpoint.ts';
import { createOutbox } from '../../../local/gateway/outbox.ts';
import { upgradeProblem } from '../../../local/gateway/refuse-upgrade.ts';
import { routeKeyOf } from '../../../local/gateway/route-selection.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { type Edit, edit, mangled } from '../mangled.ts';
import { type Json, NAMES, writtenOut } from '../values.ts';
import { oneLineProblems, readingSuite } from './reading.ts';

interface BytesCase {
  readonly bytes: readonly number[];
  /** Where they are cut. */
  readonly cuts: readonly number[];
}

/** Lengths of one byte, two and eight, masked and not. */
const header = fc.constantFrom<readonly number[]>(
  [0x81, 0x05],
  [0x81, 0x85, 1, 2, 3, 4],
  [0x81, 0x7e, 0x00, 0x80],
  [0x82, 0xfe, 0x80, 0x01, 1, 2, 3, 4],
  [0x81, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0],
  [0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0],
);

export const framesFuzz = readingSuite<BytesCase>({
  name: 'frames',
  what: 'the bytes of a WebSocket',
  cases: fc.record({
    bytes: fc
      .array(fc.oneof(header, fc.array(fc.nat({ max: 255 }), { maxLength: 20 })), { maxLength: 6 })
      .map((parts) => parts.flat()),
    cuts: fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
  }),
  read({ bytes, cuts }) {
    const whole = measured(bytes, []);
    const pieces = measured(bytes, cuts);
    return JSON.stringify(whole) === JSON.stringify(pieces) ? [] : [`${whole} whole, ${pieces} in pieces`];
  },
});

function measured(bytes: readonly number[], cuts: readonly number[]): readonly number[] {
  const tooLong: number[] = [];
  const meter = frameMeter(32_768, (length) => tooLong.push(length));
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    meter(Buffer.from(bytes.slice(from, cut)));
    from = Math.max(from, cut);
  }
  meter(Buffer.from(bytes.slice(from)));
  return tooLong;
}

const someText = fc.oneof(
  fc.constantFrom(...NAMES, '../../etc/passwd', '%00', '\r\nX: y', '*', '-1', 'token', 'bids', '\ud800'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

interface RequestCase {
  readonly to: 'invoke' | 'email' | 'mappings' | 'local' | 'upgrade' | 'route';
  readonly method: string;
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly edits: readonly Edit[];
  readonly cut: number;
}

const MAIL: Json = {
  FromEmailAddress: 'a@example.com',
  Destination: { ToAddresses: ['b@example.com'] },
  Content: {
    Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } }, Headers: [{ Name: 'X', Value: 'y' }] },
  },
  userId: 'u-1',
  Enabled: false,
  action: 'ping',
};

export const gatewayFuzz = readingSuite<RequestCase>({
  name: 'gateway',
  what: 'a request to the local run’s gateway',
  cases: fc.record({
    to: fc.constantFrom('invoke', 'email', 'mappings', 'local', 'upgrade', 'route'),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
    name: someText,
    headers: fc.dictionary(
      fc.constantFrom(
        'content-type',
        'x-amz-invocation-type',
        'origin',
        'upgrade',
        'sec-websocket-protocol',
        'sec-websocket-version',
        'sec-websocket-key',
        'host',
      ),
      fc.oneof(
        someText,
        fc.constantFrom('application/json', 'websocket', '13', 'Event', 'dGhlIHNhbXBsZSBub25jZQ=='),
      ),
    ),
    edits: fc.array(edit, { maxLength: 3 }),
    cut: fc.oneof(fc.constant(0), fc.nat({ max: 300 })),
  }),
  async read(one) {
    const answer = await answerTo(one);
    if (answer === undefined) return [];
    const { status, headers = {}, body = '{}' } = answer;
    JSON.parse(body);
    return [
      ...(Number.isInteger(status) && status >= 200 && status <= 599 ? [] : [`it answered ${status}`]),
      ...Object.values(headers).flatMap((value) => oneLineProblems('a header', value)),
    ];
  },
});

async function answerTo({
  to,
  method,
  name,
  headers,
  edits,
  cut,
}: RequestCase): Promise<HttpAnswer | undefined> {
  const json = writtenOut(mangled(MAIL, edits));
  const text = json.slice(0, json.length - cut);
  const request: HttpRequest = {
    method,
    path: [name],
    query: new URLSearchParams(name),
    headers: { authorization: 'AWS4-HMAC-SHA256 x', ...headers },
    body: Buffer.from(text),
  };
  const outbox = createOutbox();
  switch (to) {
    case 'invoke':
      return invokeEndpoint(request, name, async () => ({ kind: 'returned', payload: null }));
    case 'email':
      return emailEndpoint(request, {
        clock: new VirtualClock(0),
        newId: () => 'id',
        outbox,
        fault: () => undefined,
      });
    case 'mappings':
      return mappingsEndpoint(request, name, []);
    case 'local':
      return developmentEndpoint(request, name, {
        issuer: undefined,
        outbox,
        api: undefined,
        mappings: () => [],
      });
    case 'upgrade': {
      const incoming = { method, url: `/${name}`, headers } as unknown as IncomingMessage;
      const problem = upgradeProblem(incoming, 'dev');
      return problem && { status: problem.status, body: JSON.stringify(problem) };
    }
    case 'route':
      routeKeyOf('$request.body.action', text);
      return undefined;
  }
}
