/** Brings a request to the engine and its answer back, on the engine's clock, by way of whatever the faults have in store. */
import type { EngineAnswer, SearchEngine } from './engine.ts';
import type { Delivery, Intercept } from './faults.ts';
import { writeJson } from './json.ts';
import type { Answer, Request } from './request.ts';

export type Notice =
  | { readonly kind: 'answer'; readonly answer: EngineAnswer }
  /** The connection is gone. */
  | { readonly kind: 'reset' };

const arrives: Delivery = { kind: 'landed' };

/**
 * @param notify called at most once
 * @returns stops the notice; it does not stop the request, which may be anywhere by now
 */
export function deliver(
  engine: SearchEngine,
  request: Request,
  intercept: Intercept | undefined,
  notify: (notice: Notice) => void,
): () => void {
  const delivery = intercept?.(request) ?? arrives;
  let waiting = true;
  const notifyAfter = (ms: number, notice: Notice): void =>
    after(engine, ms, () => {
      if (waiting) notify(notice);
    });
  switch (delivery.kind) {
    case 'refused':
      notifyAfter(delivery.afterMs ?? 0, { kind: 'answer', answer: rendered(request, delivery.answer) });
      break;
    case 'lost':
      if (delivery.notice === 'reset') notifyAfter(0, { kind: 'reset' });
      break;
    case 'landed':
      after(engine, delivery.afterMs ?? 0, () => {
        const answer = handle(engine, request, delivery);
        const { notice = 'answer', noticeAfterMs = 0 } = delivery;
        if (notice !== 'none')
          notifyAfter(noticeAfterMs, notice === 'reset' ? { kind: notice } : { kind: notice, answer });
      });
      break;
  }
  return () => {
    waiting = false;
  };
}

/** `nextTick` keeps a request without delays inside one turn of the event loop, so that a virtual clock does not move meanwhile. */
function after(engine: SearchEngine, ms: number, fn: () => void): void {
  if (ms > 0) engine.clock.after(ms, fn);
  else process.nextTick(fn);
}

/** A bug of the engine answers 500 and says so, as a crash would take the tests or the local run with it. */
function handle(
  engine: SearchEngine,
  request: Request,
  { refuseItem }: Extract<Delivery, { kind: 'landed' }>,
): EngineAnswer {
  try {
    return engine.handle(request, refuseItem ? { refuseItem } : {});
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return rendered(request, {
      status: 500,
      body: { error: { type: 'embedded_engine_bug', reason }, status: 500 },
    });
  }
}

const rendered = ({ method }: Request, { status, body }: Answer): EngineAnswer => ({
  status,
  body: method === 'HEAD' ? '' : writeJson(body),
  headers: { 'content-type': 'application/json; charset=UTF-8' },
});
