/**
 * The client of a projection's door: asks a processor's function to compare, mend, fill or list, and believes an answer only as a whole. What
 * was not answered is said of each key, to be asked again.
 */
import * as z from 'zod';
import { Problem } from '../../local/problem.ts';
import type { Failure, Outcome } from '../../shared/stream/outcome.ts';
import type { Comparison, ListedKeys } from '../../shared/stream/projection.ts';
import { type InvokePorts, invokeFunction } from '../redrive/invoke.ts';

export interface ProjectionDoor {
  compare(keys: readonly string[]): Promise<readonly Comparison[]>;
  reconcile(keys: readonly string[]): Promise<readonly Outcome[]>;
  fill(keys: readonly string[]): Promise<readonly Outcome[]>;
  /** @throws Problem when it cannot be listed just now */
  list(after: string | undefined): Promise<ListedKeys>;
}

export interface ProjectionDoorPorts extends InvokePorts {
  readonly functionName: string;
  /** Names the run in the function's log. */
  readonly id: string;
}

/** Keys of a request: a read or two of each, well within one invocation. */
export const MAX_REQUEST_KEYS = 250;

const failure = z
  .object({ code: z.string().min(1), type: z.string().optional(), details: z.string().optional() })
  .transform(
    ({ code, type, details }): Failure => ({ code, ...(type && { type }), ...(details && { details }) }),
  );
const key = z.string();

const comparison = z.discriminatedUnion('kind', [
  z.object({ key, kind: z.enum(['equal', 'missing', 'extra']) }),
  z.object({ key, kind: z.literal('different'), fields: z.array(z.string()) }),
  z.object({ key, kind: z.enum(['unprojectable', 'unread']), failure }),
]);

const outcome = z.discriminatedUnion('kind', [
  z.object({ key, kind: z.enum(['applied', 'duplicate', 'superseded', 'gone']) }),
  z.object({ key, kind: z.literal('ignored'), rule: z.string() }),
  z.object({ key, kind: z.enum(['poison', 'transient']), failure }),
]);

const listed = z.object({ keys: z.array(z.string()), after: z.string().optional() });

export function openProjectionDoor({ functionName, id, ...ports }: ProjectionDoorPorts): ProjectionDoor {
  return {
    compare: (keys) => askKeys('compare', keys, comparisons, unread),
    reconcile: (keys) => askKeys('reconcile', keys, outcomes, transient),
    fill: (keys) => askKeys('fill', keys, outcomes, transient),
    async list(after) {
      const answer = await ask(
        'list',
        { limit: MAX_REQUEST_KEYS, ...(after !== undefined && { after }) },
        listed,
      );
      if (!answer.ok)
        throw new Problem(
          `${functionName} cannot list what it keeps (${codeOf(answer.failure)}); try again later`,
        );
      const { keys, after: next } = answer.body;
      return { keys, ...(next === undefined ? {} : { after: next }) };
    },
  };

  async function askKeys<Answer extends { readonly key: string }, Failed>(
    action: 'compare' | 'reconcile' | 'fill',
    keys: readonly string[],
    schema: z.ZodType<readonly Answer[]>,
    failed: (failure: Failure) => Failed,
  ): Promise<readonly (Answer | Failed)[]> {
    const answer = await ask(action, { keys }, schema);
    if (!answer.ok) return keys.map(() => failed(answer.failure));
    const fits =
      answer.body.length === keys.length && keys.every((asked, at) => answer.body[at]?.key === asked);
    return fits ? answer.body : keys.map(() => failed(ODD));
  }

  async function ask<Body>(action: string, request: object, schema: z.ZodType<Body>): Promise<Asked<Body>> {
    const payload = JSON.stringify({ projection: { id, action, ...request } });
    const invoked = await invokeFunction(functionName, payload, ports);
    if (invoked.kind !== 'answered') {
      if (NO_DOOR.has(invoked.failure.type ?? ''))
        throw new Problem(
          `${functionName} does not know how to ${action}: another version of it is deployed; deploy it again from here`,
        );
      return { ok: false, failure: invoked.failure };
    }
    const named = z.object({ projection: z.object({ id: z.literal(id), action: z.literal(action) }) });
    const body = schema.safeParse(invoked.answer);
    return named.safeParse(invoked.answer).success && body.success
      ? { ok: true, body: body.data }
      : { ok: false, failure: ODD };
  }
}

type Asked<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly failure: Failure };

const comparisons = z.object({ comparisons: z.array(comparison) }).transform(({ comparisons: all }) => all);
const outcomes = z.object({ outcomes: z.array(outcome) }).transform(({ outcomes: all }) => all);

const unread = (failure: Failure): Comparison => ({ kind: 'unread', failure });
const transient = (failure: Failure): Outcome => ({ kind: 'transient', failure });

const ODD: Failure = {
  code: 'ODD_ANSWER',
  details: 'this tool and the deployed function are of different versions',
};

/** What a function throws that does not know the door, or not this action. */
const NO_DOOR = new Set(['TypeError', 'UnexpectedBatchTypeError']);

export const codeOf = ({ code, type }: Failure): string => (type === undefined ? code : `${code}, ${type}`);
