/**
 * Makes a client read attributes of every name. The SDK's JSON reader (@smithy/core 3.41) takes away the value of a member `__proto__`
 * before it has read it: an item with such an attribute comes back with a hole that nothing can be decoded from, and every read of that
 * item fails for ever, with every other item of its batch.
 *
 * The member passes the reader under a name that no attribute has, and gets its own back behind it.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';

const NAME = '__proto__';

/** Half of a surrogate pair is no UTF-8, which names are (developer guide, "Naming rules"). */
const STAND_IN = `${NAME}\ud800`;
const STAND_IN_JSON = `"${NAME}\\ud800"`;

/** A quote behind `{` or `,` that is not escaped begins a text of its own; before a colon, a name. */
const MEMBER = /([{,]\s*)"__proto__"(?=\s*:)/g;

/** @returns the client that it is given */
export function readingEveryName<C extends DynamoDBClient | DynamoDBStreamsClient>(client: C): C {
  // The SDK's reader is of that step, and of normal priority: one stands behind it, the other before it.
  const stack = client.middlewareStack as DynamoDBClient['middlewareStack'];
  const renamed = new WeakSet<object>();
  stack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { response } = answer as { response: { body?: unknown } };
      const bytes = await collected(response.body);
      const isMet = bytes.includes(`"${NAME}"`);
      response.body = isMet ? Buffer.from(bytes.toString().replace(MEMBER, `$1${STAND_IN_JSON}`)) : bytes;
      if (isMet) renamed.add(response);
      return answer;
    },
    { step: 'deserialize', priority: 'low', name: 'standInForProto', override: true },
  );
  stack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (renamed.has(answer.response as object)) nameAgain(answer.output);
      return answer;
    },
    { step: 'deserialize', priority: 'high', name: 'nameProtoAgain', override: true },
  );
  return client;
}

async function collected(body: unknown): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function nameAgain(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const member of Object.values(value)) nameAgain(member);
  const descriptor = Object.getOwnPropertyDescriptor(value, STAND_IN);
  if (descriptor === undefined) return;
  Object.defineProperty(value, NAME, descriptor);
  delete (value as Record<string, unknown>)[STAND_IN];
}
