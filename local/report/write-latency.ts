/**
 * How long a change takes from the table's acceptance of the write to the end of its record (applied, ignored, superseded or
 * dead-lettered, and acknowledged to the mapping): what a user of the search would call the delay.
 *
 * A stream tells creation times in whole seconds only, so writes and records are matched here: an item's records come in the
 * order of its writes.
 */

export interface WriteTicket {
  acceptedAtMs: number | undefined;
}

export interface WriteLatency {
  /** A write is on its way. */
  sent(itemKey: string): WriteTicket;
  /** The write was refused: no record comes of it. */
  withdraw(itemKey: string, ticket: WriteTicket): void;
  /** A record of the item has come out of the stream; `undefined` if nobody here wrote it. */
  seen(itemKey: string | undefined): WriteTicket | undefined;
  /** Writes whose records have not come out of the stream. */
  unseen(): number;
  settled(ticket: WriteTicket, nowMs: number): void;
  /** Milliseconds; `null` if nothing was measured. `share` from 0 to 1. */
  percentile(share: number): number | null;
}

export function writeLatency(): WriteLatency {
  const byItem = new Map<string, WriteTicket[]>();
  const measuredMs: number[] = [];
  let sorted = true;
  let waiting = 0;
  return {
    sent(itemKey) {
      const ticket: WriteTicket = { acceptedAtMs: undefined };
      const tickets = byItem.get(itemKey);
      if (tickets === undefined) byItem.set(itemKey, [ticket]);
      else tickets.push(ticket);
      waiting++;
      return ticket;
    },
    withdraw(itemKey, ticket) {
      const tickets = byItem.get(itemKey) ?? [];
      const index = tickets.indexOf(ticket);
      if (index === -1) return;
      tickets.splice(index, 1);
      if (tickets.length === 0) byItem.delete(itemKey);
      waiting--;
    },
    seen(itemKey) {
      const tickets = itemKey === undefined ? undefined : byItem.get(itemKey);
      const ticket = tickets?.shift();
      if (itemKey !== undefined && tickets?.length === 0) byItem.delete(itemKey);
      if (ticket !== undefined) waiting--;
      return ticket;
    },
    unseen: () => waiting,
    settled(ticket, nowMs) {
      // A record may be settled before the answer to its own write has been read.
      measuredMs.push(Math.max(0, nowMs - (ticket.acceptedAtMs ?? nowMs)));
      sorted = false;
    },
    percentile(share) {
      if (!sorted) measuredMs.sort((a, b) => a - b);
      sorted = true;
      const index = Math.min(measuredMs.length - 1, Math.ceil(share * measuredMs.length) - 1);
      return measuredMs[Math.max(0, index)] ?? null;
    },
  };
}
