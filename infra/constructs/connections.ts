/**
 * The functions behind the WebSocket API: `processors/connections/authorizer.ts` says who somebody is and touches no table,
 * `handler.ts` keeps the sessions that pushes go by.
 */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { type AlarmRule, addAlarms } from './alarm.ts';
import { NodeFunction } from './node-function.ts';
import { output } from './output.ts';
import { mayReadItems, mayUseItems } from './rights.ts';
import type { SystemTable } from './tables.ts';
import { userPoolOf } from './user-pool.ts';
import type { WebSocketApi } from './web-socket-api.ts';

export interface ConnectionsProps {
  readonly stage: Stage;
  readonly api: WebSocketApi;
  /** Sessions, and the inboxes beside them. */
  readonly sessions: SystemTable;
  readonly users: SystemTable;
}

const NAME = 'connections';
const NAMESPACE = 'Streamkeeper';

export class Connections extends Construct {
  constructor(scope: Construct, id: string, { stage, api, sessions, users }: ConnectionsProps) {
    super(scope, id);
    const routes = new NodeFunction(this, 'Routes', {
      stage,
      name: NAME,
      entry: 'processors/connections/handler.ts',
      description: 'Keeps the sessions of the WebSocket API and announces inboxes',
      timeoutSeconds: 15,
      memoryMb: 256,
      environment: {
        SESSIONS_TABLE: sessions.tableName,
        USERS_TABLE: users.tableName,
        ...api.environment,
        ...telemetry(NAME),
      },
    });
    for (const right of [
      mayUseItems(sessions.tableArn, 'SESSION#', 'DeleteItem', 'PutItem', 'UpdateItem'),
      mayUseItems(sessions.tableArn, 'NOTIFICATION#', 'Query'),
      mayReadItems(users),
      api.mayManageConnections('POST', 'DELETE'),
    ]) {
      routes.role.addToPolicy(right);
    }
    const authorizer = new NodeFunction(this, 'Authorizer', {
      stage,
      name: `${NAME}-authorizer`,
      entry: 'processors/connections/authorizer.ts',
      description: 'Says whose access token opens a connection of the WebSocket API',
      timeoutSeconds: 10,
      memoryMb: 256,
      environment: { ...userPoolOf(this, stage), ...telemetry(`${NAME}-authorizer`) },
    });
    api.serve(routes.function, authorizer.function);

    addAlarms(this, stage, NAME, [
      errors(routes.function, 'Clients are refused or not heard'),
      lostAuthorizer(),
    ]);
    addAlarms(authorizer, stage, `${NAME}-authorizer`, [errors(authorizer.function, 'Nobody can connect')]);
    output(
      this,
      'ConnectionsFunctionName',
      routes.function.functionName,
      'Function behind the WebSocket API',
    );
    output(
      this,
      'ConnectionsAuthorizerFunctionName',
      authorizer.function.functionName,
      'Authorizer of the WebSocket API',
    );
  }
}

function telemetry(service: string) {
  return { POWERTOOLS_SERVICE_NAME: service, POWERTOOLS_METRICS_NAMESPACE: NAMESPACE };
}

const FIVE_MINUTES = { statistic: 'Sum', period: Duration.minutes(5) };

function errors(watched: LambdaFunction, consequence: string): AlarmRule {
  return {
    name: 'errors-warn',
    says: `The function crashed, ran out of time, or could not reach what it needs. ${consequence} meanwhile; look into the logs.`,
    metric: watched.metricErrors(FIVE_MINUTES),
    threshold: 1,
    periods: 1,
    silence: 'healthy',
  };
}

/** Nobody gets in then, because the function looks for itself, but somebody has changed the API. */
function lostAuthorizer(): AlarmRule {
  return {
    name: 'unauthorized-page',
    says: 'An event came without the answer of the authorizer: a route has lost it. The function refuses these; deploy the stack again, and find out who changed the API.',
    metric: new Metric({
      namespace: NAMESPACE,
      metricName: 'Connections.Unauthorized',
      dimensionsMap: { service: NAME },
      ...FIVE_MINUTES,
    }),
    threshold: 1,
    periods: 1,
    silence: 'healthy',
  };
}
