/** One WebSocket that is open: passes messages on, and ends it where API Gateway would, for size, kind, silence or age. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../../shared/time/clock.ts';
import { frameMeter } from './frame-meter.ts';

/** Developer guide, "Quotas for configuring and running a WebSocket in API Gateway". */
export const LIMITS = {
  messageBytes: 128 * 1024,
  frameBytes: 32 * 1024,
  idleMs: 10 * 60_000,
  durationMs: 2 * 3600_000,
} as const;

/** RFC 6455, section 7.4.1. */
const GOING_AWAY = { code: 1001, reason: 'Going away' };
/** Developer guide, "Binary media types for WebSocket APIs". */
const BINARY = { code: 1003, reason: 'Binary messages are not supported' };
const TOO_LARGE = { code: 1009, reason: 'Frame is too large' };

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export interface LiveConnection {
  /** Of data in either direction, control frames included. */
  readonly lastActiveAtMs: number;
  /** @returns false if the connection ended before it was handed over */
  send(text: string): Promise<boolean>;
  end(closing: Closing): void;
}

export interface LiveConnectionPorts {
  readonly clock: Clock;
  readonly onMessage: (text: string) => void;
  /** Called once. */
  readonly onClosed: (closing: Closing) => void;
}

/** @param stream what the WebSocket's bytes come in by */
export function superviseConnection(
  socket: WebSocket,
  stream: Duplex,
  { clock, onMessage, onClosed }: LiveConnectionPorts,
): LiveConnection {
  let lastActiveAtMs = clock.now();
  let ended: Closing | undefined;
  let cancelIdle = watchIdle();
  const cancelDuration = clock.after(LIMITS.durationMs, () => end(GOING_AWAY));
  const measure = frameMeter(LIMITS.frameBytes, () => end(TOO_LARGE));

  // Before the WebSocket reads them: a message whose frame is too long must not come through.
  stream.prependListener('data', (chunk: Buffer) => {
    lastActiveAtMs = clock.now();
    measure(chunk);
  });
  socket.on('message', (data, isBinary) => {
    if (ended !== undefined) return;
    if (isBinary) end(BINARY);
    else onMessage(data.toString());
  });
  // Broken frames: the library ends the connection with the code that says why.
  socket.on('error', (error) => {
    if (codeOf(error) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') ended ??= TOO_LARGE;
  });
  socket.on('close', (code, reason) => {
    cancelIdle();
    cancelDuration();
    onClosed(ended ?? { code, reason: reason.toString() || wellKnownReason(code) });
  });

  return {
    get lastActiveAtMs() {
      return lastActiveAtMs;
    },
    async send(text) {
      if (ended !== undefined || socket.readyState !== socket.OPEN) return false;
      lastActiveAtMs = clock.now();
      const parts = frames(Buffer.from(text));
      const sent = parts.map(
        (part, index) =>
          new Promise<boolean>((resolve) => {
            const fin = index === parts.length - 1;
            socket.send(part, { binary: false, fin }, (error) =>
              resolve(error === undefined || error === null),
            );
          }),
      );
      return (await Promise.all(sent)).every(Boolean);
    },
    end,
  };

  function end(closing: Closing): void {
    if (ended !== undefined) return;
    ended = closing;
    socket.close(closing.code, closing.reason);
  }

  function watchIdle(): () => void {
    return clock.after(lastActiveAtMs + LIMITS.idleMs - clock.now(), () => {
      if (clock.now() - lastActiveAtMs >= LIMITS.idleMs) end(GOING_AWAY);
      else cancelIdle = watchIdle();
    });
  }
}

/** A message is cut into frames that are within the limit. */
function frames(message: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from === 0 || from < message.length; from += LIMITS.frameBytes)
    parts.push(message.subarray(from, from + LIMITS.frameBytes));
  return parts;
}

function wellKnownReason(code: number): string {
  if (code === 1005) return 'Client-side close frame status not set';
  return code === 1006 ? 'Connection closed abnormally' : '';
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}
