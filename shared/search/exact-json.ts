/** Reads JSON without rounding its numbers: what a double cannot hold keeps its digits, in the form that decoded items have. */
import { type Client, Serializer } from '@opensearch-project/opensearch';
import type { Value } from '../stream/change.ts';
import { exactNumber } from '../stream/exact-number.ts';

/** `JSON.parse` hands a number's own text to a reviver (ECMAScript 2026, "JSON.parse source text access"). */
type Reviver = (name: string, value: unknown) => unknown;

function keepDigits(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? exactNumber(source) : value;
}

/** @throws {SyntaxError} when the text is not JSON */
export function parseExactly(text: string): Value {
  return JSON.parse(text, keepDigits as Reviver) as Value;
}

class ExactSerializer extends Serializer {
  override deserialize(json: string): Value {
    return parseExactly(json);
  }
}

/** A cache: a client takes milliseconds to make, and most invocations compare nothing. */
const exactClients = new WeakMap<Client, Client>();

/** @returns a client over the same connections that reads every answer so; slower, so only for whole documents to be compared */
export function exactClient(client: Client): Client {
  const known = exactClients.get(client);
  if (known !== undefined) return known;
  const exact = client.child();
  exact.transport.serializer = new ExactSerializer();
  exactClients.set(client, exact);
  return exact;
}
