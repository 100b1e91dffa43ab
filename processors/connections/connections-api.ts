/** Says something to one connection, or ends it, over API Gateway's `@connections` API. */
import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** `gone`: the connection has ended, or is not made yet. */
export type Told = 'told' | 'gone';

export interface ConnectionsApi {
  post(connectionId: string, text: string): Promise<Told>;
  end(connectionId: string): Promise<Told>;
}

export function connectionsApi(client: ApiGatewayManagementApiClient): ConnectionsApi {
  return {
    post: (id, text) =>
      toldOrGone(client.send(new PostToConnectionCommand({ ConnectionId: id, Data: Buffer.from(text) }))),
    end: (id) => toldOrGone(client.send(new DeleteConnectionCommand({ ConnectionId: id }))),
  };
}

async function toldOrGone(request: Promise<unknown>): Promise<Told> {
  try {
    await request;
    return 'told';
  } catch (error) {
    if (error instanceof GoneException) return 'gone';
    throw error;
  }
}
