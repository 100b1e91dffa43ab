/**
 * Is there a letter of every record that can never succeed, and of no other? A projection's poison that a newer state of its item
 * superseded in the same batch needs none; of messages every poison record has its letter.
 */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readText } from '../../../operator/dead-letters/read-message.ts';
import { desiredState as analysisState } from '../../../processors/analysis-results/item.ts';
import { decide as decideBid } from '../../../processors/bids/decide.ts';
import { decide as decideBooking } from '../../../processors/bookings/decide.ts';
import { decide as decideMessage } from '../../../processors/conversations/decide.ts';
import { decide as decideProduct } from '../../../processors/products/processor.ts';
import type { Change } from '../../../shared/stream/change.ts';
import { decodeRecord } from '../../../shared/stream/decode.ts';
import type { EngineAddresses } from '../processes/messages.ts';

type Environment = Readonly<Record<string, string>>;

export interface LettersFinding {
  readonly equal: boolean;
  /** Letters that were received, those of records that came again included. */
  readonly count: number;
  /** Records that can never succeed. */
  readonly poison: number;
  readonly differences: readonly string[];
}

export interface LettersCheck {
  /** @param environment of the function that the records go to */
  take(environment: Environment, records: readonly Record<string, unknown>[]): void;
  /** Empties the queues. */
  compare(engines: EngineAddresses): Promise<LettersFinding>;
}

interface Rule {
  readonly isPoison: (change: Change) => boolean;
  /** Of a batch only the newest state counts. */
  readonly isProjection: boolean;
}

const RULES: Readonly<Record<string, Rule>> = {
  products: { isPoison: (change) => decideProduct(change).kind === 'poison', isProjection: true },
  'analysis-results': { isPoison: ({ newImage }) => !analysisState(newImage).ok, isProjection: true },
  bids: { isPoison: (change) => decideBid(change).kind === 'poison', isProjection: false },
  conversations: { isPoison: (change) => decideMessage(change).kind === 'poison', isProjection: false },
  bookings: { isPoison: (change) => decideBooking(change).kind === 'poison', isProjection: false },
};

const SHOWN = 5;
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export function lettersCheck(): LettersCheck {
  /** By stream and sequence number: must there be a letter, or may there be one? */
  const poison = new Map<string, 'must' | 'may'>();
  const queues = new Set<string>();
  return {
    take(environment, records) {
      const rule = RULES[environment['POWERTOOLS_SERVICE_NAME'] ?? ''];
      if (rule === undefined) return;
      const queue = environment['DEAD_LETTER_QUEUE_URL'];
      if (queue !== undefined) queues.add(queue);
      for (const record of records) {
        const decoded = decodeRecord(record, rule.isProjection ? 'new' : 'new-and-old');
        if (decoded.ok && !rule.isPoison(decoded.change)) continue;
        const { SequenceNumber: number } = record['dynamodb'] as { SequenceNumber?: string };
        poison.set(`${record['eventSourceARN']} ${number}`, rule.isProjection ? 'may' : 'must');
      }
    },
    async compare(engines) {
      const sqs = new SQSClient({ region: engines.region, credentials: CREDENTIALS, endpoint: engines.aws });
      const left = new Map(poison);
      const differences: string[] = [];
      let count = 0;
      for (const queue of queues) {
        for await (const body of messages(sqs, `${engines.aws}${new URL(queue).pathname}`)) {
          count++;
          for (const name of recordsIn(body)) {
            if (!poison.has(name)) differences.push(`${name}: has a letter, and is no poison`);
            left.delete(name);
          }
        }
      }
      sqs.destroy();
      for (const [name, need] of left) if (need === 'must') differences.push(`${name}: has no letter`);
      return {
        equal: differences.length === 0,
        count,
        poison: poison.size,
        differences: differences.slice(0, SHOWN),
      };
    },
  };
}

async function* messages(sqs: SQSClient, QueueUrl: string): AsyncGenerator<string> {
  for (;;) {
    const { Messages: received = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (received.length === 0) return;
    yield* received.map(({ Body: body = '' }) => body);
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: received.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}

/** A letter that tells of no record is named by what it is. */
function recordsIn(body: string): readonly string[] {
  return readText(body).flatMap((found) => {
    if (found.kind === 'object') return [`object ${found.object.key}`];
    const { records, form } = found.content;
    if (records.length === 0) return [`a letter of the form ${form}`];
    return records.map(({ streamArn, sequenceNumber }) => `${streamArn} ${sequenceNumber}`);
  });
}
