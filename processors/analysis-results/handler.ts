/** The Lambda function on the analysis results' stream. Connections live as long as the execution environment; all else lives one invocation. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { connectRedis } from '../../shared/cache/connect.ts';
import { redisOptions } from '../../shared/cache/settings.ts';
import { readEnvironment } from '../../shared/config/environment.ts';
import { readingEveryName } from '../../shared/dynamodb/every-name.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { lambdaStreamPorts } from '../../shared/lambda/stream-ports.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { analysisResultsEnvironment } from './environment.ts';
import { analysisResultsProcessor } from './processor.ts';

const settings = readEnvironment(analysisResultsEnvironment, process.env);
const dynamodb = readingEveryName(new DynamoDBClient({}));
const identity = { clock: systemClock, credentials: () => dynamodb.config.credentials() };

const processor = analysisResultsProcessor({
  redis: connectRedis(redisOptions(settings, identity)),
  readItems: itemReader(dynamodb, settings.ANALYSIS_RESULTS_TABLE),
});

export const handler = streamHandler(processor, lambdaStreamPorts(settings));
