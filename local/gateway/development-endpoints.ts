/** What AWS does not have: tokens for anybody, the mails in the outbox, who is connected, what each mapping is doing. For people and tests on this machine. */
import type { RunningMapping } from '../streams/running-mapping.ts';
import { type HttpAnswer, type HttpRequest, json, jsonObject } from './http.ts';
import type { Outbox } from './outbox.ts';
import type { TokenIssuer } from './token-issuer.ts';
import type { WebSocketApi } from './websocket-api.ts';

export interface DevelopmentPorts {
  readonly issuer: TokenIssuer | undefined;
  readonly outbox: Outbox;
  readonly api: WebSocketApi | undefined;
  readonly mappings: () => readonly RunningMapping[];
}

/**
 * - `POST /local/token` with `{"userId": …}` → `{token, expiresAt}`
 * - `GET /local/mails` → `{mails}`
 * - `GET /local/connections` → `{connections: [{connectionId, userId, connectedAt}]}`
 * - `GET /local/status` → `{mappings: [MappingStatus]}`: there is no CloudWatch here
 */
export function developmentEndpoint(request: HttpRequest, name: string, ports: DevelopmentPorts): HttpAnswer {
  const route = `${request.method} ${name}`;
  switch (route) {
    case 'POST token':
      return token(request, ports.issuer);
    case 'GET mails':
      return json(200, { mails: ports.outbox.mails() });
    case 'GET connections':
      return json(200, {
        connections: (ports.api?.connections() ?? []).map(({ facts }) => ({
          connectionId: facts.connectionId,
          userId: facts.authorizer?.['principalId'],
          connectedAt: new Date(facts.connectedAtMs).toISOString(),
        })),
      });
    case 'GET status':
      return json(200, { mappings: ports.mappings().map((mapping) => mapping.status()) });
    default:
      return json(404, { message: `no such endpoint: ${request.method} /local/${name.slice(0, 40)}` });
  }
}

/** A browser asks before it sends this content type to another origin, and gets no permission: pages cannot have tokens made. */
function token(request: HttpRequest, issuer: TokenIssuer | undefined): HttpAnswer {
  if (issuer === undefined) return json(404, { message: 'this gateway issues no tokens' });
  if (!request.headers['content-type']?.startsWith('application/json'))
    return json(415, { message: 'expected content-type: application/json' });
  const userId = jsonObject(request.body)?.['userId'];
  if (typeof userId !== 'string' || userId === '')
    return json(400, { message: 'userId: expected the id of a user, e.g. {"userId": "v-1"}' });
  return json(200, issuer.issue(userId));
}
