/** The Lambda function on the streams of sessions and analysis history. It calls nothing but its dead-letter queue. */
import { Metrics } from '@aws-lambda-powertools/metrics';
import { readEnvironment } from '../../shared/config/environment.ts';
import { lambdaStreamPorts } from '../../shared/lambda/stream-ports.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { analyticsEnvironment } from './environment.ts';
import { analyticsProcessor } from './processor.ts';
import { metricsSink } from './publish.ts';

const settings = readEnvironment(analyticsEnvironment, process.env);
const metrics = new Metrics();

export const handler = streamHandler(
  analyticsProcessor(metricsSink(metrics)),
  lambdaStreamPorts(settings, { metrics }),
);
