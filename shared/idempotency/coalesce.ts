/**
 * Turns what many callers ask one by one into few requests. What is asked at the same time travels together; while a
 * request is under way the next one fills up, so effects that end one by one are still written many at a time.
 */
import type { Clock } from '../time/clock.ts';

export interface CoalesceOptions<Asked, Answer> {
  /** Answers in order; all keys of a request are distinct. */
  readonly send: (asked: readonly Asked[]) => Promise<readonly Answer[]>;
  readonly keyOf: (asked: Asked) => string;
  /** The most that one request takes; a request that full leaves at once. */
  readonly most: number;
  /** The most requests under way at once. */
  readonly inFlight: number;
  /** Whether more will soon be asked without anyone asking now; then a request that is not full waits for it. */
  readonly moreToCome: () => boolean;
  /** How long it waits at most, for that or for requests that are under way, ms. */
  readonly lingerMs: number;
  readonly clock: Clock;
  /** Calls back when everything that is ready to ask has asked. */
  readonly defer: (fn: () => void) => void;
}

/** `nextTick` out of a promise's callback comes when all callbacks that are ready have run (Node.js, "process.nextTick"). */
export function afterReadyPromises(fn: () => void): void {
  queueMicrotask(() => process.nextTick(fn));
}

interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** The table answered fewer times than it was asked. */
export class NoAnswer extends Error {
  readonly code = 'NO_ANSWER';
}

/** @returns asks one thing, and gives its own answer; what fails a request as a whole rejects all that travelled in it */
export function coalesce<Asked, Answer>(
  options: CoalesceOptions<Asked, Answer>,
): (asked: Asked) => Promise<Answer> {
  const { send, keyOf, most, inFlight, moreToCome, lingerMs, clock, defer } = options;
  let waiting: Waiting<Asked, Answer>[] = [];
  let underWay = 0;
  let deferred = false;
  let stopLingering: (() => void) | undefined;

  function soon(): void {
    if (deferred) return;
    deferred = true;
    defer(() => {
      deferred = false;
      flush('turn');
    });
  }

  function flush(why: 'full' | 'turn' | 'linger'): void {
    let patient = why !== 'linger';
    while (waiting.length > 0 && underWay < inFlight) {
      const [leaving, staying] = firstDistinct(waiting, most, keyOf);
      if (leaving.length < most) {
        if (why === 'full') return;
        if (patient && (underWay > 0 || moreToCome())) {
          stopLingering ??= clock.after(lingerMs, () => {
            stopLingering = undefined;
            flush('linger');
          });
          return;
        }
        patient = true;
      }
      waiting = staying;
      stopLingering?.();
      stopLingering = undefined;
      void depart(leaving);
    }
  }

  async function depart(leaving: readonly Waiting<Asked, Answer>[]): Promise<void> {
    underWay++;
    try {
      const answers = await send(leaving.map(({ asked }) => asked));
      if (answers.length !== leaving.length) throw new NoAnswer('the request was answered only in part');
      leaving.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      for (const { reject } of leaving) reject(error);
    } finally {
      underWay--;
      soon();
    }
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      if (waiting.length >= most) flush('full');
      if (waiting.length > 0) soon();
    });
}

/** The same key twice refuses a whole request (recorded on AWS: "Provided list of item keys contains duplicates"). */
function firstDistinct<T extends { readonly asked: Asked }, Asked>(
  waiting: readonly T[],
  most: number,
  keyOf: (asked: Asked) => string,
): [leaving: T[], staying: T[]] {
  const keys = new Set<string>();
  const leaving: T[] = [];
  const staying: T[] = [];
  for (const element of waiting) {
    const key = keyOf(element.asked);
    if (leaving.length < most && !keys.has(key)) {
      keys.add(key);
      leaving.push(element);
    } else staying.push(element);
  }
  return [leaving, staying];
}
