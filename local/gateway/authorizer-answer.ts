/** Reads what a Lambda authorizer answered, with API Gateway's rules: who may connect, and what stays with the connection. */
import type { InvokeResult } from '../event-source-mapping/index.ts';
import type { AuthorizerContext } from './events.ts';

/** `status` is what the client's handshake is answered with. */
export type AuthorizerReading =
  | { readonly kind: 'allowed'; readonly context: AuthorizerContext }
  | { readonly kind: 'refused'; readonly status: 401 | 403 | 500; readonly message: string };

const MISCONFIGURED = { kind: 'refused', status: 500, message: 'Internal server error' } as const;

/**
 * Developer guide, "Output from an API Gateway Lambda authorizer": a policy that is evaluated for the route's ARN; context of
 * text, numbers and booleans, handed on as text; an error named `Unauthorized` is a 401, any other a 500.
 */
export function readAuthorizerAnswer(result: InvokeResult | undefined, routeArn: string): AuthorizerReading {
  if (result?.kind === 'error' && result.errorMessage === 'Unauthorized')
    return { kind: 'refused', status: 401, message: 'Unauthorized' };
  if (result?.kind !== 'returned' || !isRecord(result.payload)) return MISCONFIGURED;
  const { principalId, policyDocument, context = {} } = result.payload;
  if (typeof principalId !== 'string' || !isRecord(policyDocument) || !isRecord(context))
    return MISCONFIGURED;
  const statements = [policyDocument['Statement']].flat().filter(isRecord);
  const effects = statements
    .filter((statement) => coversInvoke(statement['Action']) && covers(statement['Resource'], routeArn))
    .map((statement) => statement['Effect']);
  if (effects.includes('Deny')) return forbidden('with an explicit deny');
  if (!effects.includes('Allow')) return forbidden('because no statement allows it');
  const texts: Record<string, string> = { principalId };
  for (const [name, value] of Object.entries(context)) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      return MISCONFIGURED;
    texts[name] = String(value);
  }
  return { kind: 'allowed', context: { ...texts, principalId } };
}

function forbidden(why: string): AuthorizerReading {
  const message = `User is not authorized to access this resource ${why}`;
  return { kind: 'refused', status: 403, message };
}

function coversInvoke(actions: unknown): boolean {
  return covers(actions, 'execute-api:Invoke');
}

function covers(patterns: unknown, text: string): boolean {
  return [patterns].flat().some((pattern) => typeof pattern === 'string' && matches(pattern, text));
}

/** `*` for any characters, `?` for one (IAM user guide, "Resource"). */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
