/** The real client on the embedded engine, with a fate for each request; a dead process sends and hears nothing more. */
import { Client } from '@opensearch-project/opensearch';
import {
  type Delivery,
  dropped,
  inProcessConnection,
  landedLate,
  queueFull,
  type Request,
  refused,
  reset,
  type SearchEngine,
  unavailable,
} from '../../../local/search-engine/index.ts';
import type { Fate } from './faults.ts';

export interface SearchWire {
  readonly engine: SearchEngine;
  /** Called for each request as it is sent. */
  fate(): Fate;
  latencyMs(): number;
  watch(request: Request): void;
  /** False once the process that holds the connection has died. */
  alive(): boolean;
}

/** Late requests land within the half of a tombstone's life that is left to them. */
const LATE_MS = 24_000;

export function faultyClient(wire: SearchWire): Client {
  const InProcess = inProcessConnection(wire.engine, (request) => {
    wire.watch(request);
    return delivery(wire.fate(), wire.latencyMs());
  });
  class MortalConnection extends InProcess {
    override request(...[params, callback]: Parameters<InstanceType<typeof InProcess>['request']>) {
      return super.request(params, (error, response) => {
        if (wire.alive()) callback(error, response);
      });
    }
  }
  return new Client({ node: 'http://embedded', maxRetries: 0, Connection: MortalConnection });
}

function delivery(fate: Fate, afterMs: number): Delivery {
  switch (fate) {
    case 'ok':
      return { kind: 'landed', afterMs };
    case 'reset-before':
      return reset;
    case 'reset-after':
      return { kind: 'landed', afterMs, notice: 'reset' };
    case 'late-landing':
      return landedLate(LATE_MS);
    case 'lost':
      return dropped;
    case 'queue-full':
      return refused(queueFull());
    case 'unavailable':
      return refused(unavailable());
    case 'partly-refused':
      return everyOtherRefused(afterMs);
  }
}

function everyOtherRefused(afterMs: number): Delivery {
  let items = 0;
  return { kind: 'landed', afterMs, refuseItem: () => (items++ % 2 === 1 ? queueFull() : undefined) };
}
