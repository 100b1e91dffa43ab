/** Names what happens at most once: an event, or one recipient and kind of its effect. Different names never share a key. */
import { createHash } from 'node:crypto';

export interface EventKey {
  readonly eventId: string;
  /** An id, never an address or a name: keys are shown to operators and may be logged. */
  readonly recipient?: string;
  /** Of the effect, where one event has several for a recipient, e.g. `receipt`. */
  readonly kind?: string;
}

/** A partition key has at most 2,048 bytes (DynamoDB developer guide, "Constraints"); this leaves half of them to the prefix. */
const MAX_BYTES = 1024;

/**
 * @returns `<event id>[#<recipient>][#<kind>]`; a `#` inside a part is written `%23`, so that parts cannot run into each other,
 *   and a recipient that is absent before a kind leaves its place empty
 */
export function eventKeyText({ eventId, recipient, kind }: EventKey): string {
  const parts = [eventId, recipient ?? '', kind ?? ''].map(escaped);
  const text = parts.join('#').replace(/#{1,2}$/, '');
  return Buffer.byteLength(text) <= MAX_BYTES
    ? text
    : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function escaped(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('#', '%23');
}
