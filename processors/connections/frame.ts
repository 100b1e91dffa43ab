/** What client and server say to each other besides the notifications themselves: small JSON texts. */
import type { Inbox } from './inbox.ts';

/** `{"action":"ping"}`; every other text, JSON or not, is one we do not know. */
export type ClientFrame = 'ping' | 'unknown';

export function readFrame(text: string): ClientFrame {
  try {
    const frame: unknown = JSON.parse(text);
    const isObject = typeof frame === 'object' && frame !== null;
    return isObject && 'action' in frame && frame.action === 'ping' ? 'ping' : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** One WebSocket frame (developer guide, "Quotas for configuring and running a WebSocket in API Gateway"). */
const MAX_BYTES = 32 * 1024;

/** As many of the latest notifications as one frame takes, newest first; the count stays the whole one. */
export function inboxFrame(inbox: Inbox, sessionEndsAtMs: number): string {
  const sessionEndsAt = new Date(sessionEndsAtMs).toISOString();
  for (let kept = inbox.latest.length; kept > 0; kept--) {
    const text = JSON.stringify({
      type: 'inbox',
      ...inbox,
      latest: inbox.latest.slice(0, kept),
      sessionEndsAt,
    });
    if (Buffer.byteLength(text) <= MAX_BYTES) return text;
  }
  return JSON.stringify({ type: 'inbox', ...inbox, latest: [], sessionEndsAt });
}

export const unknownFrame = JSON.stringify({
  type: 'error',
  code: 'UNKNOWN_MESSAGE',
  expected: { action: 'ping' },
});
