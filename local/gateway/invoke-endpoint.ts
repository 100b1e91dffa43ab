/** Lambda's `Invoke`: hands a payload to a function of the local run and answers as Lambda does (API reference, "Invoke"). */
import type { InvokeResult } from '../event-source-mapping/index.ts';
import { awsError, type HttpAnswer, type HttpRequest, isSigned, json, notSigned } from './http.ts';
import type { Invoke } from './websocket-api.ts';

/** Lambda developer guide, "Lambda quotas": synchronous, and asynchronous, invocation payload. */
const MAX_BYTES = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024 } as const;

/** A name, a partial or a whole ARN, each with or without a version or alias. */
const FUNCTION =
  /^(?:arn:aws[\w-]*:lambda:[\w-]+:|)(?:\d{12}:function:|function:|)(?<name>[\w-]+)(?::[\w$-]+)?$/;

export async function invokeEndpoint(
  request: HttpRequest,
  functionName: string,
  invoke: Invoke,
): Promise<HttpAnswer> {
  if (request.method !== 'POST') return awsError(405, 'MethodNotAllowed', 'Method Not Allowed');
  if (!isSigned(request)) return notSigned;
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (type !== 'RequestResponse' && type !== 'Event')
    return awsError(
      400,
      'InvalidParameterValueException',
      `Invocation type ${type.slice(0, 40)} is not served here`,
    );
  if (request.body.length > MAX_BYTES[type])
    return awsError(413, 'RequestTooLargeException', `${request.body.length} byte payload is too large`);
  const payload = request.body.length === 0 ? '{}' : request.body.toString();
  if (!isJson(payload))
    return awsError(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  const name = FUNCTION.exec(functionName)?.groups?.['name'];
  const result = name === undefined ? undefined : await invoke(name, payload);
  if (result === undefined)
    return awsError(404, 'ResourceNotFoundException', `Function not found: ${functionName.slice(0, 170)}`);
  if (type === 'Event') return { status: 202 };
  return answerOf(result);
}

function answerOf(result: InvokeResult): HttpAnswer {
  const headers = { 'x-amz-executed-version': '$LATEST' };
  switch (result.kind) {
    case 'returned':
      return { ...json(200, result.payload ?? null), headers };
    case 'error':
      return functionError(result.errorType, result.errorMessage);
    case 'timeout':
      return functionError('Sandbox.Timedout', 'Task timed out');
    case 'throttled':
      return awsError(429, 'TooManyRequestsException', 'Rate Exceeded.');
  }

  function functionError(errorType: string, errorMessage: string): HttpAnswer {
    const body = { errorType, errorMessage, trace: [] };
    return { ...json(200, body), headers: { ...headers, 'x-amz-function-error': 'Unhandled' } };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
