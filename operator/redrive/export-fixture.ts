/**
 * Writes failed records as a recording that may leave the system: in stream order, without what is somebody's. The processor's own code then
 * says of each whether it still decides as about the original, because a record that was poison by a value may not be any more without it.
 */
import { Problem } from '../../local/problem.ts';
import { member } from '../dead-letters/json.ts';
import { recordFacts } from '../dead-letters/record-facts.ts';
import type { RecordingFile } from '../record/recording-file.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { type Door, type DoorRecord, openDoor } from './door.ts';
import type { DoorDecision } from './door-answers.ts';
import { type Choice, chosenOf, type SharePorts, withShares } from './open-shares.ts';
import { inStreamOrder } from './order.ts';
import { loadedRequests } from './plan.ts';

export interface ExportPorts extends SharePorts {
  readonly redactor: Redactor;
  readonly runId: string;
  /** Called once there is something to write. @throws Problem when the file cannot be made */
  readonly openFile: () => Promise<RecordingFile>;
}

export interface ExportOptions extends Choice {
  /** Whether the function is asked what it decides about the redacted records. */
  readonly check: boolean;
}

export interface ExportReport {
  readonly records: number;
  /** Of the file. */
  readonly bytes: number;
  /** Records about which the function decides otherwise without what was redacted. */
  readonly differing: readonly DecidedOtherwise[];
  /** Records about which it could not be asked; with the check left out all. */
  readonly unchecked: number;
}

export interface DecidedOtherwise {
  readonly eventId: string | null;
  /** `effect`, a rule, or an error code. */
  readonly original: string;
  readonly redacted: string;
}

/** Without a record no file is made. @throws Problem when there are records of several processors: a recording is of one stream */
export async function exportFixture(
  system: System,
  processors: readonly ProcessorFacts[],
  options: ExportOptions,
  ports: ExportPorts,
): Promise<ExportReport> {
  return withShares(system, processors, options, ports, async (shares) => {
    const withRecords = shares.filter((share) => chosenOf(share).length > 0);
    const [share, ...others] = withRecords;
    if (share === undefined) return { records: 0, bytes: 0, differing: [], unchecked: 0 };
    if (others.length > 0)
      throw new Problem(
        `the records are of ${withRecords.map(({ processor }) => processor.name).join(', ')}, and a recording is of one stream: say which with --where processor=…`,
      );
    const { clock, random, signal, spill, redactor, runId } = ports;
    const door = openDoor({ id: runId, lambda: system.clients.lambda, clock, random, signal });
    const ask = options.check ? asking(door, share.processor.functionName) : notAsking;
    const file = await ports.openFile();
    const differing: DecidedOtherwise[] = [];
    let unchecked = 0;
    let records = 0;
    try {
      for await (const loaded of loadedRequests([...chosenOf(share)].sort(inStreamOrder), spill)) {
        signal.throwIfAborted();
        const redacted = loaded.map(({ json }) => redactor.redact(JSON.parse(json)));
        await file.write(redacted);
        records += redacted.length;
        const before = await ask(loaded);
        const after = await ask(redacted.map(doorRecord));
        loaded.forEach(({ eventId }, index) => {
          const original = decisionText(before[index]);
          const now = decisionText(after[index]);
          if (original === undefined || now === undefined) unchecked++;
          else if (original !== now) differing.push({ eventId: eventId ?? null, original, redacted: now });
        });
      }
      return { records, bytes: await file.finish(), differing, unchecked };
    } catch (error) {
      await file.abandon();
      throw error;
    }
  });
}

type Ask = (records: readonly DoorRecord[]) => Promise<readonly (DoorDecision | undefined)[]>;

const notAsking: Ask = async () => [];

function asking(door: Door, functionName: string): Ask {
  return (records) => door.describe(functionName, records);
}

function doorRecord(record: unknown): DoorRecord {
  const eventId = member(record, 'eventID');
  return {
    json: JSON.stringify(record) ?? 'null',
    eventId: typeof eventId === 'string' ? eventId : undefined,
    sequenceNumber: recordFacts(record).sequenceNumber,
  };
}

/** Undefined where the function said nothing. */
function decisionText(decision: DoorDecision | undefined): string | undefined {
  switch (decision?.kind) {
    case 'effect':
      return 'effect';
    case 'ignored':
      return `ignored: ${decision.rule}`;
    case 'poison':
      return decision.failure.code;
    default:
      return undefined;
  }
}
