/** The `@connections` API: what functions use to speak to a connection, ask about it, or end it. */
import { awsError, type HttpAnswer, type HttpRequest, isSigned, json, notSigned } from './http.ts';
import { LIMITS } from './live-connection.ts';
import type { WebSocketApi } from './websocket-api.ts';

export type ConnectionsOperation = 'post' | 'get' | 'delete';

/** A request for which it returns something is refused so; AWS answers 429 to whoever posts too fast. */
export type ConnectionsFault = (
  operation: ConnectionsOperation,
  connectionId: string,
) => 'throttled' | 'forbidden' | 'unavailable' | undefined;

const OPERATIONS: Readonly<Record<string, ConnectionsOperation>> = {
  POST: 'post',
  GET: 'get',
  DELETE: 'delete',
};

const CONNECTION_ID = /^[A-Za-z0-9_-]{11,}={0,2}$/;

/** API reference, "API Gateway Management API"; an id of another form than API Gateway's is a bad request, not a gone connection. */
export async function connectionsEndpoint(
  api: WebSocketApi,
  request: HttpRequest,
  connectionId: string,
  fault: ConnectionsFault,
): Promise<HttpAnswer> {
  const operation = OPERATIONS[request.method];
  if (operation === undefined) return awsError(405, 'MethodNotAllowed', 'Method Not Allowed');
  if (!isSigned(request)) return notSigned;
  switch (fault(operation, connectionId)) {
    case 'throttled':
      return awsError(429, 'LimitExceededException', 'Too Many Requests');
    case 'forbidden':
      return awsError(403, 'ForbiddenException', 'Forbidden');
    case 'unavailable':
      return awsError(503, 'ServiceUnavailableException', 'Service Unavailable');
    case undefined:
  }
  if (!CONNECTION_ID.test(connectionId))
    return awsError(400, 'BadRequestException', `Invalid connectionId: ${connectionId.slice(0, 64)}`);
  const connection = api.open(connectionId);
  if (connection === undefined) return gone;
  const { facts, live } = connection;
  switch (operation) {
    case 'post':
      if (request.body.length > LIMITS.messageBytes)
        return awsError(413, 'PayloadTooLargeException', 'Message too long');
      // What is not UTF-8 becomes U+FFFD.
      return (await live.send(request.body.toString())) ? { status: 200 } : gone;
    case 'get':
      return json(200, {
        connectedAt: new Date(facts.connectedAtMs).toISOString(),
        identity: { sourceIp: facts.identity.sourceIp, userAgent: facts.identity.userAgent ?? '' },
        lastActiveAt: new Date(live.lastActiveAtMs).toISOString(),
      });
    case 'delete':
      live.end({ code: 1000, reason: 'Connection deleted' });
      return { status: 204 };
  }
}

const gone = awsError(410, 'GoneException', 'Gone');
