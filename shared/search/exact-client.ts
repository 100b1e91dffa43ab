/** Reads the engine's answers without rounding their numbers: what a double cannot hold keeps its digits, in the form that decoded items have. */
import { type Client, Serializer } from '@opensearch-project/opensearch';
import { parseExactJson } from '../stream/exact-json.ts';

class ExactSerializer extends Serializer {
  override deserialize(json: string): unknown {
    return parseExactJson(json);
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
