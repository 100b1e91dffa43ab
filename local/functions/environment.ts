/** What a function finds in `process.env`: the template's variables, Lambda's own, and the addresses of the embedded engines. */
import type { LocalFunction } from '../template/system.ts';

export interface EngineAddresses {
  readonly region: string;
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
  /** `http://host:port` of the search engine. */
  readonly search: string;
}

/**
 * Two values are not the template's: the search engine here speaks plain HTTP, so `SEARCH_ENDPOINT` keeps only the address, and
 * takes no AWS signatures, so `SEARCH_SIGNING` is `none`.
 *
 * Lambda's variables: Lambda developer guide, "configuration-envvars". Service endpoints: AWS SDKs and Tools reference guide,
 * "Service-specific endpoints".
 */
export function functionEnvironment(code: LocalFunction, engines: EngineAddresses): Record<string, string> {
  const given: Record<string, string> = { ...code.environment };
  if ('SEARCH_ENDPOINT' in given) given['SEARCH_ENDPOINT'] = engines.search;
  if ('SEARCH_SIGNING' in given) given['SEARCH_SIGNING'] = 'none';
  return {
    ...given,
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
    TZ: ':UTC',
  };
}
