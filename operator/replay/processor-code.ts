/** The processors of this checkout, as far as they say what records mean: without any store, network or setting. */

import { Problem } from '../../local/problem.ts';
import { analysisResultsProcessor } from '../../processors/analysis-results/processor.ts';
import { analyticsProcessor } from '../../processors/analytics/processor.ts';
import { bidsProcessor } from '../../processors/bids/processor.ts';
import { bookingsProcessor } from '../../processors/bookings/processor.ts';
import { conversationsProcessor } from '../../processors/conversations/processor.ts';
import { productsProcessor } from '../../processors/products/processor.ts';
import { parseExactJson } from '../../shared/stream/exact-json.ts';
import { type StreamHandler, streamHandler } from '../../shared/stream/handler.ts';
import type { StreamProcessor } from '../../shared/stream/processor.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { type DoorDecision, readDecisions } from '../redrive/door-answers.ts';
import type { Describe } from './described.ts';

const HANDLERS: Readonly<Record<string, () => StreamHandler>> = {
  products: () => handlerOf(productsProcessor(unused())),
  bids: () => handlerOf(bidsProcessor(unused())),
  conversations: () => handlerOf(conversationsProcessor(unused())),
  bookings: () => handlerOf(bookingsProcessor(unused(), unused())),
  'analysis-results': () => handlerOf(analysisResultsProcessor(unused())),
  analytics: () => handlerOf(analyticsProcessor(unused())),
};

export const processorNames: readonly string[] = Object.keys(HANDLERS);

const ID = 'code';

/**
 * Asks the door of the code itself, which is what a deployed function would answer.
 *
 * @throws Problem when there is no such processor
 */
export function describeInCode(processor: string): Describe {
  const make = Object.hasOwn(HANDLERS, processor) ? HANDLERS[processor] : undefined;
  if (make === undefined)
    throw new Problem(`--processor: there is no ${processor}; there is ${processorNames.join(', ')}`);
  const handler = make();
  return async (records) => {
    const Records = records.map(({ json }) => JSON.parse(json) as unknown);
    const answer = await handler(
      { Records, redrive: { id: ID, describe: true } },
      { awsRequestId: ID, getRemainingTimeInMillis: () => 60_000 },
    );
    // As it travels, so that what the code and a function say can be compared.
    const read = readDecisions(parseExactJson(JSON.stringify(answer)), ID, records);
    return read.ok
      ? read.answers
      : records.map((): DoorDecision => ({ kind: 'unanswered', failure: read.failure }));
  };
}

function handlerOf<Effect>(processor: StreamProcessor<Effect>): StreamHandler {
  return streamHandler(processor, {
    clock: systemClock,
    random: Math.random,
    sink: unused(),
    reporter: unused(),
  });
}

/** Stands for whatever deciding does not need. It can be passed on and built upon; waiting for an answer of it is a defect of ours. */
function unused<T>(): T {
  const stand: object = new Proxy(() => {}, {
    get(_, name) {
      if (name === 'then') throw new TypeError('a description uses no store: the processor asked one');
      return stand;
    },
    apply: () => stand,
    construct: () => stand,
  });
  return stand as T;
}
