/** Decides whether a connection may be made, in the form API Gateway asks a Lambda authorizer to answer. */
import * as z from 'zod/mini';
import { offeredToken } from './token-place.ts';
import type { Refusal, VerifyToken } from './verify-token.ts';

/**
 * What API Gateway sends (developer guide, "Control access to WebSocket APIs with AWS Lambda REQUEST authorizers"). The query
 * string is not read at all.
 */
const authorizerEvent = z.object({
  type: z.literal('REQUEST'),
  methodArn: z.string(),
  headers: z.optional(z.nullable(z.record(z.string(), z.string()))),
});

export interface Authorization {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      {
        readonly Action: 'execute-api:Invoke';
        readonly Effect: 'Allow' | 'Deny';
        readonly Resource: string;
      },
    ];
  };
  /** API Gateway keeps it with the connection and puts it, as text, into `requestContext.authorizer` of every later event. */
  readonly context?: { readonly tokenExpiresAt: number };
}

export interface Decided {
  readonly authorization: Authorization;
  /** Absent if the connection may be made. */
  readonly refusal?: Refusal;
}

/** Nobody: what a denied connection is made by. */
const NOBODY = 'nobody';

/**
 * A refusal is an answer (the client gets 403), not an error: whoever tries keys and tokens raises no alarm of a failing function.
 *
 * @throws if the event is not an authorizer's, or the pool's keys cannot be had (the client gets 500, and comes again)
 */
export async function authorize(event: unknown, verify: VerifyToken): Promise<Decided> {
  const { methodArn, headers } = z.parse(authorizerEvent, event);
  const token = offeredToken(headers ?? {});
  if (token === undefined) return denied(methodArn, 'TOKEN_MISSING');
  const verdict = await verify(token);
  switch (verdict.kind) {
    case 'refused':
      return denied(methodArn, verdict.code);
    case 'user': {
      const { policyDocument } = policy(methodArn, 'Allow');
      const context = { tokenExpiresAt: verdict.expiresAt };
      return { authorization: { principalId: verdict.userId, policyDocument, context } };
    }
  }
}

function denied(methodArn: string, refusal: Refusal): Decided {
  return { authorization: { principalId: NOBODY, ...policy(methodArn, 'Deny') }, refusal };
}

function policy(methodArn: string, effect: 'Allow' | 'Deny'): Pick<Authorization, 'policyDocument'> {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: methodArn } as const;
  return { policyDocument: { Version: '2012-10-17', Statement: [statement] } };
}
