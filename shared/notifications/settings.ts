/** The settings that every function which sends notifications has, and the ports it makes of them. */
import { randomUUID } from 'node:crypto';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { setting } from '../config/environment.ts';
import { streamSettings } from '../config/stream-settings.ts';
import { readingEveryName } from '../dynamodb/every-name.ts';
import { itemReader } from '../dynamodb/read-items.ts';
import { dynamodbClaimTable } from '../idempotency/dynamodb-claim-table.ts';
import { createIdempotency } from '../idempotency/idempotency.ts';
import { notBeforeSetting } from '../stream/not-before.ts';
import type { Measure } from '../telemetry/measurements.ts';
import { timedQueries } from '../telemetry/timed-queries.ts';
import { systemClock } from '../time/clock.ts';
import { dynamodbInbox } from './inbox.ts';
import type { NotifierPorts } from './notifier.ts';
import { postToConnection } from './post.ts';
import { profileLanguage } from './profile-language.ts';
import { dynamodbSessions } from './sessions.ts';

export const notifierEnvironment = z.object({
  SESSIONS_TABLE: setting('the name of the user sessions table'),
  USERS_TABLE: setting('the name of the users table'),
  IDEMPOTENCY_TABLE: setting('the name of the idempotency table'),
  WEBSOCKET_ENDPOINT: z.url({
    error:
      'expected the URL of the WebSocket API’s @connections, https://<api>.execute-api.<region>.amazonaws.com/<stage>',
  }),
  ...streamSettings,
  AWS_REGION: setting('the region, which Lambda sets'),
  NOT_BEFORE: notBeforeSetting,
});

export type NotifierSettings = z.infer<typeof notifierEnvironment>;

/** Connections live as long as the ports. A push has one attempt: what is tried again is decided within its bound. */
export function awsNotifierPorts(
  processor: string,
  settings: NotifierSettings,
  measure: Measure,
): NotifierPorts {
  const dynamodb = readingEveryName(new DynamoDBClient({}));
  const sessions = dynamodbSessions(dynamodb, settings.SESSIONS_TABLE);
  const timed = timedQueries(measure, systemClock);
  const api = new ApiGatewayManagementApiClient({ endpoint: settings.WEBSOCKET_ENDPOINT, maxAttempts: 1 });
  return {
    ...createIdempotency({
      processor,
      table: dynamodbClaimTable(dynamodb, settings.IDEMPOTENCY_TABLE),
      newId: randomUUID,
      notice: (notice) => measure('IdempotencyClaims', 'count', 1, { Notice: notice }),
    }),
    inbox: dynamodbInbox(dynamodb, settings.SESSIONS_TABLE),
    sessions: { ...sessions, find: timed('UserIndex', sessions.find) },
    languageOfUser: profileLanguage(itemReader(dynamodb, settings.USERS_TABLE)),
    post: postToConnection(api),
    measure,
  };
}
