/**
 * A standard queue in memory, as strict as SQS is allowed to be: a message that is received again has a new handle, and then the older one
 * deletes nothing (SQS API reference, "DeleteMessage"); what is not given back or renewed becomes visible by itself.
 */
import { type Clock, sleep } from '../../../shared/time/clock.ts';

interface Stored {
  readonly id: string;
  readonly body: string;
  readonly sentAtMs: number;
  visibleAtMs: number;
  handle: string;
}

export interface QueueMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: { readonly SentTimestamp: string };
}

export interface MemoryQueue {
  /** Newest handle last in a batch; `again` also gives what others hold, as at-least-once delivery may. */
  receive(visibleSeconds: number, waitSeconds: number, again: boolean): Promise<readonly QueueMessage[]>;
  /** @returns whether it went: an older handle than the newest deletes nothing, and nobody is told */
  remove(handle: string): boolean;
  changeVisibility(handle: string, seconds: number): void;
  send(body: string): string;
  bodies(): readonly string[];
  /** Messages that nobody can receive now. */
  hidden(): number;
}

const MOST = 10;

/** @param onRemoved told of what went, after it went */
export function memoryQueue(clock: Clock, onRemoved: (body: string) => void): MemoryQueue {
  const messages = new Map<string, Stored>();
  let count = 0;

  function take(visibleSeconds: number, again: boolean): readonly QueueMessage[] {
    const found = [...messages.values()]
      .filter(({ visibleAtMs, handle }) => visibleAtMs <= clock.now() || (again && handle !== ''))
      .slice(0, MOST);
    return found.map((message) => {
      message.handle = `handle-${count++}`;
      message.visibleAtMs = clock.now() + visibleSeconds * 1000;
      const { id, handle, body, sentAtMs } = message;
      return {
        MessageId: id,
        ReceiptHandle: handle,
        Body: body,
        Attributes: { SentTimestamp: String(sentAtMs) },
      };
    });
  }

  const held = (handle: string) => [...messages.values()].find((message) => message.handle === handle);

  return {
    async receive(visibleSeconds, waitSeconds, again) {
      const found = take(visibleSeconds, again);
      if (found.length > 0 || waitSeconds === 0) return found;
      await sleep(clock, waitSeconds * 1000);
      return take(visibleSeconds, false);
    },
    remove(handle) {
      const message = held(handle);
      if (message === undefined) return false;
      messages.delete(message.id);
      onRemoved(message.body);
      return true;
    },
    changeVisibility(handle, seconds) {
      const message = held(handle);
      if (message !== undefined) message.visibleAtMs = clock.now() + seconds * 1000;
    },
    send(body) {
      const id = `message-${count++}`;
      messages.set(id, { id, body, sentAtMs: clock.now(), visibleAtMs: 0, handle: '' });
      return id;
    },
    bodies: () => [...messages.values()].map(({ body }) => body),
    hidden: () => [...messages.values()].filter(({ visibleAtMs }) => visibleAtMs > clock.now()).length,
  };
}
