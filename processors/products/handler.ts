/** The Lambda function on the products stream. Connections live as long as the execution environment; all else lives one invocation. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { bumpByFunction, forgettingQueries } from '../../shared/cache/forgetting-queries.ts';
import { readEnvironment } from '../../shared/config/environment.ts';
import { readingEveryName } from '../../shared/dynamodb/every-name.ts';
import { itemReader } from '../../shared/dynamodb/read-items.ts';
import { lambdaStreamPorts } from '../../shared/lambda/stream-ports.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import { streamHandler } from '../../shared/stream/handler.ts';
import { productsEnvironment } from './environment.ts';
import { productsProcessor } from './processor.ts';

const settings = readEnvironment(productsEnvironment, process.env);
const dynamodb = readingEveryName(new DynamoDBClient({}));
const metrics = new Metrics();

const processor = productsProcessor({
  client: createSearchClient({
    endpoint: settings.SEARCH_ENDPOINT,
    signing: settings.SEARCH_SIGNING,
    region: settings.AWS_REGION,
    credentials: () => dynamodb.config.credentials(),
  }),
  alias: settings.SEARCH_ALIAS,
  readItems: itemReader(dynamodb, settings.PRODUCTS_TABLE),
});

const { FORGET_QUERIES_FUNCTION: forgetter } = settings;
const followed =
  forgetter === undefined
    ? processor
    : forgettingQueries(processor, {
        bump: bumpByFunction(new LambdaClient({}), forgetter),
        onUnavailable: (code) => metrics.addMetric(`QueriesNotForgotten.${code}`, MetricUnit.Count, 1),
      });

export const handler = streamHandler(followed, lambdaStreamPorts(settings, { metrics }));
