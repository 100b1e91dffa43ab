/** A products table and the shipped processor on the engine under test, as records and doors see them. */
import { productsProcessor } from '../../../processors/products/processor.ts';
import { decodeImage } from '../../../shared/stream/attribute-value.ts';
import { streamHandler } from '../../../shared/stream/handler.ts';
import { systemClock } from '../../../shared/time/clock.ts';
import { letterBox } from '../../support/letters.ts';
import { productImage, productKeys, type RecordParts, streamRecord } from '../../support/record.ts';
import type { Engine } from './engine.ts';

type Image = ReturnType<typeof productImage>;

/** A table whose writes are records, and a processor that brings them to a fresh index. */
export async function market({ client, freshAlias }: Engine) {
  const alias = await freshAlias();
  const table = new Map<string, Image>();
  const sink = letterBox();
  const handler = streamHandler(
    productsProcessor({
      client,
      alias,
      readItems: async (keys) =>
        keys.map(({ PK = '' }) => {
          const image = table.get(PK);
          return image && decodeImage(image);
        }),
    }),
    { clock: systemClock, random: () => 0.5, sink, reporter: { report: () => {} } },
  );
  let position = 0;
  const record = (parts: RecordParts) => {
    position += 1;
    const at = Math.floor(systemClock.now() / 1000);
    return streamRecord({ at, seq: `${position}00000000000000000000`, ...parts });
  };
  const invocation = { awsRequestId: 'request', getRemainingTimeInMillis: () => 60_000 };
  const deliver = (records: readonly object[], redrive?: object) =>
    handler({ Records: records, ...(redrive && { redrive }) }, invocation);
  return {
    alias,
    letters: sink.letters,
    put(id: string, attributes: object = {}) {
      const newImage = productImage(id, attributes);
      const keys = productKeys(id);
      const eventName = table.has(keys.PK.S) ? 'MODIFY' : 'INSERT';
      table.set(keys.PK.S, newImage);
      return record({ eventName, keys, newImage });
    },
    remove(id: string) {
      const keys = productKeys(id);
      table.delete(keys.PK.S);
      return record({ eventName: 'REMOVE', keys });
    },
    deliver,
    /** What a plan says of each record. */
    async plan(...records: readonly object[]): Promise<unknown[]> {
      const answer = await deliver(records, { id: 'p1', plan: true });
      if (!('plan' in answer)) throw new Error('no plan was answered');
      return answer.plan.map(({ verdict, failure }) => failure?.code ?? verdict);
    },
    /** Asks the projection's door. */
    projection: (request: object) => handler({ projection: { id: 'o1', ...request } }, invocation),
    /** Quantities by product id: what tells one state from another here. */
    async quantities(): Promise<Record<string, unknown>> {
      await client.indices.refresh({ index: alias });
      const { body } = await client.search({ index: alias, body: { size: 1000, query: { match_all: {} } } });
      return Object.fromEntries(body.hits.hits.map((hit) => [hit._id, hit._source?.['quantity']]));
    },
  };
}

export const quantity = (amount: number) => ({ quantity_available: { N: String(amount) } });
