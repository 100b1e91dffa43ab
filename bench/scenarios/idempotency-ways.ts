/** The ways that the idempotency scenario compares. Each lets an effect that does nothing happen once per record. */
import { randomUUID } from 'node:crypto';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { dynamodbClaimTable } from '../../shared/idempotency/dynamodb-claim-table.ts';
import { createOnce, LANES, WINDOW_S } from '../../shared/idempotency/once.ts';
import { startDeadline } from '../../shared/stream/deadline.ts';
import { inOrder } from '../../shared/stream/in-order.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import { systemClock } from '../../shared/time/clock.ts';

export interface Way {
  readonly name: 'stock, parallel' | 'stock, in order' | 'coalescing' | 'raw limit';
  prepare(eventIds: readonly string[]): Batch;
  /** Sent so far. */
  requests(): number;
  close(): void;
}

export interface Batch {
  deliver(): Promise<void>;
  /** Throws if an effect happens again. */
  redeliver(): Promise<void>;
}

export interface Target {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  readonly tableName: string;
}

const INVOCATION_MS = 60_000;

/** Powertools as its documentation shows it. In order: `processInParallel: false`, which is what keeps a stream's order there. */
export function stock({ client, tableName }: Target, how: 'parallel' | 'in order'): Way {
  const counter = requestCounter(client);
  return {
    name: `stock, ${how}`,
    prepare(eventIds) {
      const effects = counted(eventIds.length);
      const handle = makeIdempotent(
        async (_eventId: string) => {
          effects.happens();
          return { kind: 'applied' };
        },
        {
          persistenceStore: new DynamoDBPersistenceLayer({
            tableName,
            keyAttr: 'idempotencyKey',
            expiryAttr: 'ttl',
            dataAttr: 'result',
            awsSdkV3Client: client,
          }),
          config: new IdempotencyConfig({
            expiresAfterSeconds: WINDOW_S,
            lambdaContext: { getRemainingTimeInMillis: () => INVOCATION_MS } as Context,
          }),
          keyPrefix: `streamkeeper#stock-${how.replace(' ', '-')}`,
          dataIndexArgument: 0,
        },
      );
      const deliver = async () => {
        if (how === 'parallel') await Promise.all(eventIds.map((eventId) => handle(eventId)));
        else for (const eventId of eventIds) await handle(eventId);
        effects.check();
      };
      return { deliver, redeliver: deliver };
    },
    requests: counter.count,
    close: () => {},
  };
}

/** Ours as a processor has it: in order per key, all keys different. */
export function coalescing({ client, tableName }: Target): Way {
  const counter = requestCounter(client);
  const table = dynamodbClaimTable(client, tableName);
  const once = createOnce({ processor: 'bench', table, newId: randomUUID });
  return {
    name: 'coalescing',
    prepare(eventIds) {
      const effects = counted(eventIds.length);
      const carryOut = inOrder<undefined>(
        ({ change }, context) =>
          once({ eventId: change.eventId }, context, async () => {
            effects.happens();
            return { kind: 'applied' };
          }),
        { lanes: LANES },
      );
      const work = eventIds.map((eventId) => ({
        key: eventId,
        effect: undefined,
        change: { eventId, eventName: 'INSERT' as const, keys: {}, expired: false },
      }));
      const deliver = async () => {
        const deadline = startDeadline(systemClock, INVOCATION_MS);
        const context = { clock: systemClock, random: Math.random, deadline, redriven: false };
        const outcomes: readonly Outcome[] = await carryOut(work, context);
        deadline.cancel();
        const unsettled = outcomes.filter(({ kind }) => kind !== 'applied' && kind !== 'duplicate');
        if (unsettled.length > 0) throw new Error(`${unsettled.length} records are not settled`);
        effects.check();
      };
      return { deliver, redeliver: deliver };
    },
    requests: counter.count,
    close: () => {},
  };
}

function requestCounter(client: DynamoDBClient): { count: () => number } {
  let count = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      count++;
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return { count: () => count };
}

function counted(expected: number) {
  let happened = 0;
  return {
    happens: () => {
      happened++;
    },
    check: () => {
      if (happened !== expected) throw new Error(`${happened} effects happened for ${expected} records`);
    },
  };
}
