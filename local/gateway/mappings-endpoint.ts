/**
 * Lambda's event source mappings as far as operators need them: list, look, turn on and off (API reference, "ListEventSourceMappings",
 * "GetEventSourceMapping", "UpdateEventSourceMapping").
 */
import type { RunningMapping } from '../streams/running-mapping.ts';
import {
  awsError,
  type HttpAnswer,
  type HttpRequest,
  isSigned,
  json,
  jsonObject,
  notSigned,
} from './http.ts';

/** Functions whose mappings are asked for by name, partial ARN or ARN. */
const nameIn = (reference: string) =>
  reference
    .replace(/^arn:[^:]+:lambda:[^:]+:/, '')
    .replace(/^(\d{12}:)?function:/, '')
    .replace(/:.*$/, '');

/** `uuid` is undefined for the whole list. */
export function mappingsEndpoint(
  request: HttpRequest,
  uuid: string | undefined,
  mappings: readonly RunningMapping[],
): HttpAnswer {
  if (!isSigned(request)) return notSigned;
  if (uuid === undefined) {
    if (request.method !== 'GET') return awsError(405, 'MethodNotAllowed', 'Method Not Allowed');
    const functionName = request.query.get('FunctionName');
    const streamArn = request.query.get('EventSourceArn');
    const found = mappings
      .filter((mapping) => functionName === null || mapping.functionName === nameIn(functionName))
      .map((mapping) => mapping.configuration())
      .filter((configuration) => streamArn === null || configuration['EventSourceArn'] === streamArn);
    return json(200, { EventSourceMappings: found });
  }
  const mapping = mappings.find((candidate) => candidate.configuration().UUID === uuid);
  if (mapping === undefined)
    return awsError(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
  switch (request.method) {
    case 'GET':
      return json(200, mapping.configuration());
    case 'PUT':
      return update(mapping, jsonObject(request.body));
    default:
      return awsError(405, 'MethodNotAllowed', 'Method Not Allowed');
  }
}

/** Everything else that a mapping is told comes from the template. */
function update(mapping: RunningMapping, body: Record<string, unknown> | undefined): HttpAnswer {
  const { Enabled: enabled, ...others } = body ?? {};
  const [other] = Object.keys(others).filter((name) => name !== 'FunctionName' && name !== 'UUID');
  if (typeof enabled !== 'boolean' || other !== undefined)
    return awsError(
      400,
      'InvalidParameterValueException',
      `the local run takes Enabled and nothing else${other === undefined ? '' : `, not ${other.slice(0, 60)}`}`,
    );
  const { UUID: uuid } = mapping.configuration();
  if (!mapping.setEnabled(enabled))
    return awsError(
      400,
      'ResourceInUseException',
      `Cannot update the event source mapping because it is in use. (ESM ${uuid})`,
    );
  return json(202, mapping.configuration());
}
