/** A decoded stream record: what one write did to one item, in values that lose nothing on the way from DynamoDB to JSON. */

/**
 * A decoded attribute value. Numbers that a double cannot hold exactly are raw JSON numbers (`JSON.rawJSON`), so that
 * `JSON.stringify` writes their digits verbatim; sets are arrays; binary is base64 text; an attribute named `__proto__` is an own property like any other.
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | RawNumber
  | readonly Value[]
  | { readonly [name: string]: Value };

/** A number kept as its decimal digits; `JSON.stringify` writes `rawJSON` as it is. */
export interface RawNumber {
  readonly rawJSON: string;
}

export type Item = { readonly [name: string]: Value };

export type EventName = 'INSERT' | 'MODIFY' | 'REMOVE';

export interface Change {
  readonly eventId: string;
  readonly eventName: EventName;
  readonly keys: Item;
  /** Absent for REMOVE. */
  readonly newImage?: Item;
  /** Absent for INSERT. */
  readonly oldImage?: Item;
  /** Decimal digits, 21 to 40 of them on AWS, fewer on emulators; absent when the record carries none that is usable. */
  readonly sequenceNumber?: string;
  /** Milliseconds since the epoch, whole seconds on AWS; absent when the record carries none. */
  readonly createdAtMs?: number;
  /** True for a deletion by DynamoDB's time to live, not by a user. */
  readonly expired: boolean;
}
