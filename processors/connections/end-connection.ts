/** Ends a connection over API Gateway's `@connections` API. */
import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
} from '@aws-sdk/client-apigatewaymanagementapi';

/** One that has ended already has ended. */
export type EndConnection = (connectionId: string, signal: AbortSignal) => Promise<void>;

export function endConnection(client: ApiGatewayManagementApiClient): EndConnection {
  return async (ConnectionId, abortSignal) => {
    try {
      await client.send(new DeleteConnectionCommand({ ConnectionId }), { abortSignal });
    } catch (error) {
      if (!(error instanceof GoneException)) throw error;
    }
  };
}
