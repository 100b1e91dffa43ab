/** Posts to one connection of the WebSocket API, and says in one word what became of it. */
import {
  type ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

/**
 * - `delivered`: the API has it on its way to the client.
 * - `gone` (410): the connection no longer exists, or not yet.
 * - `too-large` (413).
 * - `refused` (400, 403): the same request will never pass; on 403 the function lacks `execute-api:ManageConnections`.
 * - `throttled` (429) and `unavailable` (anything else): may pass when tried again.
 */
export type PostResult = 'delivered' | 'gone' | 'too-large' | 'refused' | 'throttled' | 'unavailable';

/** Never rejects; an abort is `unavailable`. */
export type Post = (connectionId: string, body: string, signal: AbortSignal) => Promise<PostResult>;

/** @param client with one attempt: what is tried again is decided here, within the bound of a push */
export function postToConnection(client: ApiGatewayManagementApiClient): Post {
  return async (ConnectionId, body, abortSignal) => {
    const request = new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(body) });
    try {
      await client.send(request, { abortSignal });
      return 'delivered';
    } catch (error) {
      return resultOf(error);
    }
  };
}

/** By status: the API's errors as such carry little else, and a gateway between may answer in its own form. */
function resultOf(error: unknown): PostResult {
  switch (statusOf(error)) {
    case 410:
      return 'gone';
    case 413:
      return 'too-large';
    case 429:
      return 'throttled';
    case 400:
    case 403:
      return 'refused';
    default:
      return 'unavailable';
  }
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode;
}
