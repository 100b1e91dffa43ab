/** Pushes to all sessions of a user at once, and ends within its bound whatever the API does. */
import { pauseMs } from '../stream/backoff.ts';
import { type Clock, sleep } from '../time/clock.ts';
import type { Post, PostResult } from './post.ts';
import type { PushBody } from './push-body.ts';
import type { Session } from './sessions.ts';

/** How long pushing one notification takes at most, ms. What was not delivered by then waits in the inbox. */
export const PUSH_MS = 2_000;

export interface PushContext {
  readonly post: Post;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends the push before its bound. */
  readonly signal: AbortSignal;
}

/** `timed-out`: undecided when the bound came. */
export type PushResult = Exclude<PostResult, 'throttled' | 'unavailable'> | 'timed-out';

/** @returns what became of each session's push, in their order; never rejects */
export async function pushToAll(
  sessions: readonly Session[],
  bodyOf: (session: Session) => PushBody,
  context: PushContext,
): Promise<readonly PushResult[]> {
  const { clock, signal } = context;
  const bound = new AbortController();
  const end = () => bound.abort('timed-out');
  signal.addEventListener('abort', end, { once: true });
  const cancel = clock.after(PUSH_MS, end);
  if (signal.aborted) end();
  const bounded = new Promise<PushResult>((resolve) => {
    if (bound.signal.aborted) resolve('timed-out');
    bound.signal.addEventListener('abort', () => resolve('timed-out'), { once: true });
  });
  try {
    return await Promise.all(
      sessions.map((session) =>
        Promise.race([bounded, push(session, bodyOf(session), { ...context, signal: bound.signal })]),
      ),
    );
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
    end();
  }
}

/** A body within the limit that is refused for its size all the same goes out once more without its texts. */
async function push({ connectionId }: Session, body: PushBody, context: PushContext): Promise<PushResult> {
  const { post, clock, random, signal } = context;
  let text = body.whole;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const result = await post(connectionId, text, signal);
    switch (result) {
      case 'delivered':
      case 'gone':
      case 'refused':
        return result;
      case 'too-large':
        if (text === body.short) return result;
        text = body.short;
        break;
      case 'throttled':
      case 'unavailable':
        await sleep(clock, pauseMs(attempt, random), signal).catch(() => {});
    }
  }
  return 'timed-out';
}
