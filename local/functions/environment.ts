/** What a function finds in `process.env`: the template's variables, Lambda's own, and the addresses of the embedded engines. */
import type { LocalFunction } from '../template/system.ts';

export interface EngineAddresses {
  readonly region: string;
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  /** `http://host:port` of the search engine. */
  readonly search: string;
  /** `redis://host:port` of the cache. */
  readonly cache: string;
  /** `http://host:port` of the gateway. */
  readonly gateway: string;
  /** Of the gateway's `@connections` API. */
  readonly connections: string;
  /** `USER_POOL_…`: whose tokens the authorizer takes. */
  readonly userPool: Readonly<Record<string, string>>;
}

/**
 * Some values are not the template's. The engines here speak plain HTTP or TCP, so `SEARCH_ENDPOINT`, `WEBSOCKET_ENDPOINT` and
 * `REDIS_URL` are their addresses; they take no AWS signatures and passwords, so `SEARCH_SIGNING` and `REDIS_AUTH` are `none`; and
 * the tokens of this machine's issuer have keys of their own, so all of `USER_POOL_…` is the issuer's.
 *
 * Lambda's variables: Lambda developer guide, "configuration-envvars". Service endpoints: AWS SDKs and Tools reference guide,
 * "Service-specific endpoints".
 */
export function functionEnvironment(code: LocalFunction, engines: EngineAddresses): Record<string, string> {
  const here: Readonly<Record<string, string>> = {
    SEARCH_ENDPOINT: engines.search,
    SEARCH_SIGNING: 'none',
    WEBSOCKET_ENDPOINT: engines.connections,
    REDIS_URL: engines.cache,
    REDIS_AUTH: 'none',
  };
  const given = Object.entries(code.environment).map(([name, value]) => [name, here[name] ?? value]);
  return {
    ...Object.fromEntries(given),
    ...('USER_POOL_ID' in code.environment ? engines.userPool : {}),
    AWS_LAMBDA_FUNCTION_NAME: code.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(code.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${code.name}`,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_TASK_ROOT: code.file.slice(0, code.file.lastIndexOf('/')),
    _HANDLER: `${code.file.slice(code.file.lastIndexOf('/') + 1).replace(/\.[cm]?js$/, '')}.${code.exportName}`,
    AWS_REGION: engines.region,
    AWS_DEFAULT_REGION: engines.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: engines.dynamodb,
    AWS_ENDPOINT_URL_SQS: engines.sqs,
    AWS_ENDPOINT_URL_S3: engines.s3,
    AWS_ENDPOINT_URL_SESV2: engines.gateway,
    AWS_ENDPOINT_URL_LAMBDA: engines.gateway,
    TZ: ':UTC',
  };
}
