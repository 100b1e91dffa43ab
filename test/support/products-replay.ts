/** The products processor with the embedded search engine and the table as the records leave it, ready to be replayed into. */
import { type Intercept, inProcessConnection } from '../../local/search-engine/index.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import { desiredState } from '../../processors/products/document.ts';
import { productsProcessor } from '../../processors/products/processor.ts';
import type { DeadLetter } from '../../shared/dead-letters/letter.ts';
import { createSearchClient } from '../../shared/search/client.ts';
import { decodeImage } from '../../shared/stream/attribute-value.ts';
import { type StreamHandler, streamHandler } from '../../shared/stream/handler.ts';
import type { Outcome } from '../../shared/stream/outcome.ts';
import { letterBox } from './letters.ts';
import { ALIAS, type ProductIndex, productIndex } from './product-index.ts';

export interface ProductsReplay {
  readonly handler: StreamHandler;
  readonly index: ProductIndex;
  readonly letters: readonly DeadLetter[];
  /** Of every batch so far, in order. */
  readonly outcomes: readonly Outcome[];
  /** Documents the table asks for: JSON by product id. Items that cannot be projected are left out. */
  wanted(): ReadonlyMap<string, string>;
}

export function productsReplay(
  records: readonly object[],
  clock: VirtualClock,
  intercept?: Intercept,
): ProductsReplay {
  const rows = rowsAfter(records);
  const index = productIndex(clock);
  const sink = letterBox();
  const outcomes: Outcome[] = [];
  const client = createSearchClient({
    endpoint: 'http://embedded',
    signing: 'none',
    Connection: inProcessConnection(index.engine, intercept),
  });
  const itemAt = (PK: unknown, SK: unknown) => {
    const row = rows.get(`${PK} ${SK}`);
    return row === undefined ? undefined : decodeImage(row);
  };
  const readItems = async (keys: readonly Readonly<Record<string, string>>[]) =>
    keys.map(({ PK, SK }) => itemAt(PK, SK));
  const handler = streamHandler(productsProcessor({ client, alias: ALIAS, readItems }), {
    clock,
    random: () => 0.5,
    sink,
    reporter: { report: (batch) => outcomes.push(...batch.outcomes) },
  });
  const wanted = () => {
    const documents = new Map<string, string>();
    for (const name of rows.keys()) {
      const [, id = ''] = /^PRODUCT#(.*) DETAILS$/s.exec(name) ?? [];
      const desired = id === '' ? undefined : desiredState(id, itemAt(`PRODUCT#${id}`, 'DETAILS'));
      if (desired?.ok && desired.effect.kind === 'index')
        documents.set(id, JSON.stringify(desired.effect.document));
    }
    return documents;
  };
  return { handler, index, letters: sink.letters, outcomes, wanted };
}

interface RecordParts {
  readonly dynamodb?: { readonly Keys?: Record<string, { S?: unknown }>; readonly NewImage?: unknown };
  readonly eventName?: string;
}

/** The table's rows after all writes, in wire form. */
function rowsAfter(records: readonly object[]): ReadonlyMap<string, unknown> {
  const rows = new Map<string, unknown>();
  for (const record of records) {
    const { dynamodb, eventName } = record as RecordParts;
    const { PK, SK } = dynamodb?.Keys ?? {};
    if (typeof PK?.S !== 'string' || typeof SK?.S !== 'string') continue;
    const name = `${PK.S} ${SK.S}`;
    if (eventName === 'REMOVE') rows.delete(name);
    else if (dynamodb?.NewImage !== undefined) rows.set(name, dynamodb.NewImage);
  }
  return rows;
}
