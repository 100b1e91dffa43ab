/** The Lambda function on the routes `$connect`, `$default` and `$disconnect`. Only its clients outlive an invocation. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnvironment } from '../../shared/config/environment.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { connectionsApi } from './connections-api.ts';
import { connectionsEnvironment } from './environment.ts';
import { inboxReader } from './inbox.ts';
import { connectionRoutes, type RouteAnswer } from './routes.ts';
import { profileLanguage, sessionTable } from './session-table.ts';

const settings = readEnvironment(connectionsEnvironment, process.env);
const dynamodb = new DynamoDBClient({});
const logger = new Logger();
const metrics = new Metrics();

const routes = connectionRoutes({
  clock: systemClock,
  sessions: sessionTable(dynamodb, settings.SESSIONS_TABLE),
  readLanguage: profileLanguage(itemReader(dynamodb, settings.USERS_TABLE)),
  readInbox: inboxReader(dynamodb, settings.SESSIONS_TABLE),
  api: connectionsApi(new ApiGatewayManagementApiClient({ endpoint: settings.WEBSOCKET_ENDPOINT })),
  notice(notice, failure) {
    metrics.addMetric(`Connections.${notice}`, MetricUnit.Count, 1);
    if (failure !== undefined) logger.warn('connection served with less', { notice, ...failure });
  },
});

export async function handler(event: unknown): Promise<RouteAnswer> {
  try {
    return await routes(event);
  } finally {
    metrics.publishStoredMetrics();
  }
}
