/**
 * What can happen to a request on its way: refused, lost, landed late, answered late or never. Tests and the local run
 * hand an `Intercept` to the connection or the server; a request for which it returns nothing arrives as it should.
 */
import type { RefuseItem } from './bulk.ts';
import { EngineError, errorBody } from './errors.ts';
import type { Answer, Request } from './request.ts';

export type Delivery =
  /** The request never reaches the documents; this is the answer. */
  | { readonly kind: 'refused'; readonly answer: Answer; readonly afterMs?: number }
  /** The request never arrives, and the client hears nothing, or that the connection is gone. */
  | { readonly kind: 'lost'; readonly notice: 'none' | 'reset' }
  | {
      readonly kind: 'landed';
      /** Milliseconds from sending to landing; an abort or a time-out of the client does not stop it. @default 0 */
      readonly afterMs?: number;
      /** What the client gets when it has landed. @default 'answer' */
      readonly notice?: 'answer' | 'none' | 'reset';
      /** Milliseconds from landing to the notice. @default 0 */
      readonly noticeAfterMs?: number;
      /** Refuses single items of a bulk. */
      readonly refuseItem?: RefuseItem;
    };

export type Intercept = (request: Request) => Delivery | undefined;

/** The request never arrives, and nobody says so. */
export const dropped: Delivery = { kind: 'lost', notice: 'none' };

/** The connection breaks before the request arrives. */
export const reset: Delivery = { kind: 'lost', notice: 'reset' };

/** The connection breaks after the request was carried out: the client cannot know. */
export const resetAfterLanding: Delivery = { kind: 'landed', notice: 'reset' };

/** The request is carried out `ms` later, when nobody waits for it any more. */
export const landedLate = (ms: number): Delivery => ({ kind: 'landed', afterMs: ms, notice: 'none' });

/** The request is carried out at once, and its answer comes `ms` later. */
export const answeredLate = (ms: number): Delivery => ({ kind: 'landed', noticeAfterMs: ms });

export const refused = (error: EngineError): Delivery => ({
  kind: 'refused',
  answer: { status: error.status, body: errorBody(error) },
});

/** The bulk is carried out but for the items that `refuseItem` names an error for. */
export const itemsRefused = (refuseItem: RefuseItem): Delivery => ({ kind: 'landed', refuseItem });

/** The engine has no room for more; it answers this to a whole request or to single items of a bulk. */
export const queueFull = (): EngineError =>
  new EngineError(429, {
    type: 'rejected_execution_exception',
    reason: 'rejected execution of primary operation [shard_detail=[embedded][0], primary_limit_bytes=0]',
  });

/** There is a node, but no cluster. */
export const unavailable = (): EngineError =>
  new EngineError(503, { type: 'cluster_manager_not_discovered_exception', reason: 'no cluster manager' });

/** A document the mapping refuses, for reasons of its own. */
export const documentRefused = (): EngineError =>
  new EngineError(400, { type: 'mapper_parsing_exception', reason: 'failed to parse' });

export const isBulk = ({ path }: Request): boolean => path.endsWith('/_bulk');

/** @param matches which requests it happens to. @default every one */
export function always(delivery: Delivery, matches: (request: Request) => boolean = () => true): Intercept {
  return (request) => (matches(request) ? delivery : undefined);
}

/** It happens to the next `count` requests that match, then never again. */
export function times(
  count: number,
  delivery: Delivery,
  matches: (request: Request) => boolean = () => true,
): Intercept {
  let left = count;
  return (request) => {
    if (left === 0 || !matches(request)) return undefined;
    left--;
    return delivery;
  };
}

/** The first of them that has something to say. */
export function firstOf(...intercepts: readonly Intercept[]): Intercept {
  return (request) => {
    for (const intercept of intercepts) {
      const delivery = intercept(request);
      if (delivery) return delivery;
    }
    return undefined;
  };
}

/** An intercept that can be changed while the engine runs. */
export interface FaultSwitch {
  readonly intercept: Intercept;
  set(intercept: Intercept | undefined): void;
}

export function faultSwitch(): FaultSwitch {
  let current: Intercept | undefined;
  return {
    intercept: (request) => current?.(request),
    set: (intercept) => {
      current = intercept;
    },
  };
}
