/** The Lambda function on the routes `$connect`, `$default` and `$disconnect`. Only its clients outlive an invocation. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readEnvironment } from '../../shared/config/environment.ts';
import { readingEveryName } from '../../shared/dynamodb/every-name.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { postToConnection } from '../../shared/notifications/post.ts';
import { profileLanguage } from '../../shared/notifications/profile-language.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { endConnection } from './end-connection.ts';
import { connectionsEnvironment } from './environment.ts';
import { inboxReader } from './inbox.ts';
import { connectionRoutes, type RouteAnswer } from './routes.ts';
import { sessionTable } from './session-table.ts';

const settings = readEnvironment(connectionsEnvironment, process.env);
const dynamodb = readingEveryName(new DynamoDBClient({}));
const management = new ApiGatewayManagementApiClient({ endpoint: settings.WEBSOCKET_ENDPOINT });
const logger = new Logger();
const metrics = new Metrics();

const routes = connectionRoutes({
  clock: systemClock,
  sessions: sessionTable(dynamodb, settings.SESSIONS_TABLE),
  languageOf: profileLanguage(itemReader(dynamodb, settings.USERS_TABLE)),
  readInbox: inboxReader(dynamodb, settings.SESSIONS_TABLE),
  post: postToConnection(management),
  end: endConnection(management),
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
