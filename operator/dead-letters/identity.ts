/** Tells records and letters apart, so that one that arrives twice is counted and shown once. */
import type { FailedRecord, Letter } from './letter.ts';
import { objectId } from './read-message.ts';
import { tableOf } from './record-facts.ts';

/**
 * By processor and event id. Without a usable event id by its place in the stream, and without that by its letter. The table is part of
 * it because emulators number events per table.
 *
 * @param index of the record in its letter
 */
export function recordIdentity(record: FailedRecord, letter: Letter, index: number): string {
  const { processor, streamArn, eventId, sequenceNumber } = record;
  if (eventId !== undefined) return JSON.stringify([processor, tableOf(streamArn) ?? '', eventId]);
  if (sequenceNumber !== undefined) return JSON.stringify([processor, streamArn, 'at', sequenceNumber]);
  return JSON.stringify([processor, 'in', letterIdentity(letter), index]);
}

/** The object that holds it, so that repeated notifications of one are one letter; else its message. */
export function letterIdentity({ source }: Pick<Letter, 'source'>): string {
  if (source.object !== undefined) return objectId(source.object);
  return source.message?.messageId ?? '';
}
