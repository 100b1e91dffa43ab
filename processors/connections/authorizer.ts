/** The Lambda authorizer of the WebSocket API's `$connect` route. The pool's keys are kept as long as the execution environment lives. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { type Authorization, authorize } from './authorize.ts';
import { readTokenRules } from './environment.ts';
import { tokenVerifier } from './verify-token.ts';

const verify = tokenVerifier(readTokenRules(process.env));
const logger = new Logger();
const metrics = new Metrics();

export async function handler(event: unknown): Promise<Authorization> {
  const { authorization, refusal } = await authorize(event, verify);
  if (refusal !== undefined) {
    logger.info('connection refused', { code: refusal });
    metrics.addMetric(`ConnectionsRefused.${refusal}`, MetricUnit.Count, 1);
  }
  metrics.addMetric('ConnectionsAuthorized', MetricUnit.Count, refusal === undefined ? 1 : 0);
  metrics.publishStoredMetrics();
  return authorization;
}
