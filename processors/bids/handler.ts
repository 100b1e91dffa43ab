/** The Lambda function on the bids stream. Connections live as long as the execution environment; all else lives one invocation. */
import { readEnvironment } from '../../shared/config/environment.ts';
import { lambdaStreamPorts } from '../../shared/lambda/stream-ports.ts';
import { awsNotifierPorts } from '../../shared/notifications/settings.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { notBeforeMs, startingAt } from '../../shared/stream/not-before.ts';
import { measurements } from '../../shared/telemetry/measurements.ts';
import { bidsEnvironment } from './environment.ts';
import { bidsProcessor } from './processor.ts';

const settings = readEnvironment(bidsEnvironment, process.env);
const { measure, publish } = measurements();
const processor = bidsProcessor(awsNotifierPorts('bids', settings, measure));

export const handler = streamHandler(
  startingAt(processor, notBeforeMs(settings.NOT_BEFORE)),
  lambdaStreamPorts(settings, { publish }),
);
