/**
 * Whatever comes in, a stream function answers: with an outcome for every record, a response that the mapping understands, and
 * nothing of what a record holds anywhere but in its letter. An event that is none is refused with one of two errors.
 */
import { UnexpectedBatchTypeError } from '@aws-lambda-powertools/batch';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { readBytes, readText } from '../../../operator/dead-letters/read-message.ts';
import { encodeLetter } from '../../../shared/dead-letters/encoding.ts';
import type { DeadLetter } from '../../../shared/dead-letters/letter.ts';
import { usableSequenceNumber } from '../../../shared/stream/decode.ts';
import { streamHandler } from '../../../shared/stream/handler.ts';
import type { StreamProcessor } from '../../../shared/stream/processor.ts';
import { type BatchReport, summarize } from '../../../shared/telemetry/batch-report.ts';
import { type Law, type LawSuite, law } from '../../laws/law.ts';
import { SECRET } from '../values.ts';
import { type EventCase, eventCase, eventOf } from './event.ts';
import { OUTCOMES } from './outcomes.ts';

export interface FuzzedFunction<Effect> {
  readonly name: string;
  /** Records that mean something to it. */
  readonly samples: readonly object[];
  /** With dependencies that work. `close` is called when the case is over. */
  readonly make: (clock: VirtualClock) => {
    readonly processor: StreamProcessor<Effect>;
    readonly close?: () => void;
  };
  /** Codes of what may come again although all its dependencies work. @default none */
  readonly passing?: readonly string[];
}

const START_MS = 1_700_000_100_000;
const TIMEOUT_MS = 60_000;

export function handlerSuite<Effect>(fuzzed: FuzzedFunction<Effect>): LawSuite {
  const title = `the function of ${fuzzed.name}, whatever it is invoked with`;
  const answers: Law = law<EventCase>({
    id: `fuzz-${fuzzed.name}/answers`,
    title: 'every record ends as one of the outcomes, and no value leaves but in a letter',
    histories: eventCase(fuzzed.samples.length),
    broken: (history) => brokenBy(fuzzed, eventOf(history, fuzzed.samples)),
  });
  return { name: `fuzz-${fuzzed.name}`, title, laws: [answers] };
}

async function brokenBy<Effect>(fuzzed: FuzzedFunction<Effect>, event: unknown): Promise<readonly string[]> {
  const clock = new VirtualClock(START_MS);
  const { processor, close } = fuzzed.make(clock);
  const letters: DeadLetter[] = [];
  const reports: BatchReport[] = [];
  const handler = streamHandler(processor, {
    clock,
    random: () => 0.5,
    sink: {
      async send(letter) {
        unreadable(letter);
        letters.push(letter);
      },
    },
    reporter: { report: (batch) => reports.push(batch) },
  });
  const invocation = {
    awsRequestId: 'fuzz',
    getRemainingTimeInMillis: () => TIMEOUT_MS - (clock.now() - START_MS),
  };
  const problems: string[] = [];
  try {
    const answer = await clock.runUntil(handler(event, invocation));
    problems.push(...judgeAnswer(event, answer, { reports, letters, passing: fuzzed.passing ?? [] }));
  } catch (error) {
    if (!isRefusal(error, event)) throw error;
    if (error.message.includes(SECRET))
      problems.push(`the refusal quotes the event: ${error.message.slice(0, 200)}`);
  } finally {
    close?.();
  }
  if (clock.now() - START_MS > TIMEOUT_MS) problems.push('it ran into its time-out');
  return problems;
}

/** What the function may throw, and only for an event that is as a whole none, or is marked in a way that it does not understand. */
function isRefusal(error: unknown, event: unknown): error is Error {
  if (error instanceof UnexpectedBatchTypeError)
    return !Array.isArray((event as { Records?: unknown } | null)?.Records);
  return error instanceof TypeError && /^(redrive|projection)[.:]/.test(error.message);
}

interface Seen {
  readonly reports: readonly BatchReport[];
  readonly letters: readonly DeadLetter[];
  readonly passing: readonly string[];
}

function judgeAnswer(event: unknown, answer: object, seen: Seen): string[] {
  const records = (event as { Records?: unknown }).Records;
  if ('projection' in answer)
    // What an operator calls the run comes back as it was; a marker's id is of a narrower form.
    return leaks('the answer', { ...answer, projection: {}, keys: [], after: '', ...withoutKeys(answer) });
  if ('decisions' in answer) return counted(answer.decisions, records, 'decisions');
  if ('plan' in answer)
    return [...counted(answer.plan, records, 'verdicts'), ...leaks('the plan', reasonsOf(answer.plan))];
  const problems = [
    ...judgeOutcomes(seen, records),
    ...seen.reports.flatMap((one) => leaks('the log', summarize(one))),
  ];
  if ('outcomes' in answer)
    return [
      ...problems,
      ...counted(answer.outcomes, records, 'outcomes'),
      ...leaks('the answer', reasonsOf(answer.outcomes)),
    ];
  return [
    ...problems,
    ...judgeResponse(answer as DynamoDBBatchResponse, records as readonly unknown[], seen),
  ];
}

function judgeOutcomes({ reports, passing }: Seen, records: unknown): string[] {
  const [report] = reports;
  if (report === undefined || reports.length > 1) return [`${reports.length} reports of one batch`];
  return [
    ...counted(report.outcomes, records, 'outcomes'),
    ...report.outcomes.flatMap((outcome) => {
      if (!OUTCOMES.includes(outcome.kind)) return [`${outcome.kind} is no outcome`];
      if (outcome.kind !== 'transient' || passing.includes(outcome.failure.code)) return [];
      return [`comes again although all is well: ${JSON.stringify(outcome.failure)}`];
    }),
  ];
}

/** Nothing is unsettled where all is well; else it names one record of the batch, and each poison one before it has its letter. */
function judgeResponse(
  answer: DynamoDBBatchResponse,
  records: readonly unknown[],
  { reports, letters }: Seen,
): string[] {
  const { batchItemFailures } = answer;
  if (!Array.isArray(batchItemFailures) || batchItemFailures.length > 1) return ['the response is malformed'];
  const reported = batchItemFailures[0]?.itemIdentifier;
  const numbers = records.map(usableSequenceNumber);
  if (reported !== undefined && reported !== '' && !numbers.includes(reported))
    return [`the response names none of the records: ${reported}`];
  const checkpoint =
    reported === undefined ? records.length : reported === '' ? 0 : numbers.indexOf(reported);
  const poison = records.filter(
    (_, index) => index < checkpoint && reports[0]?.outcomes[index]?.kind === 'poison',
  );
  const lettered = letters.map(({ record }) => record);
  const same =
    poison.length === lettered.length && poison.every((record, index) => record === lettered[index]);
  return [
    ...(same ? [] : [`${poison.length} poison records, ${lettered.length} letters`]),
    ...letters.flatMap(({ error }) => leaks('a letter’s error', error)),
  ];
}

/** @throws where a letter, as it is sent, cannot be read back */
function unreadable(letter: DeadLetter): void {
  const encoded = encodeLetter(letter);
  const [found] = encoded.place === 'queue' ? readText(encoded.body) : readBytes(encoded.body);
  const form = found?.kind === 'letter' ? found.content.form : found?.kind;
  // What is nested deeper than DynamoDB nests is kept whole, and not shown.
  const tooDeep = found?.kind === 'letter' && found.content.reason?.code === 'TOO_DEEP';
  if (form !== 'envelope' && !tooDeep)
    throw new Error(`a letter reads as ${form}: ${JSON.stringify(found).slice(0, 300)}`);
}

function counted(answers: unknown, records: unknown, what: string): string[] {
  const [answered, asked] = [answers, records].map((list) => (Array.isArray(list) ? list.length : -1));
  return answered === asked ? [] : [`${answered} ${what} for ${asked} records`];
}

/** Ids and keys are said where an operator asked for them. */
function reasonsOf(answers: unknown): unknown {
  return (answers as readonly object[]).map((one) => ({
    ...one,
    eventId: undefined,
    sequenceNumber: undefined,
  }));
}

function withoutKeys(answer: object): object {
  const bare = (name: string) => {
    const list: unknown = Reflect.get(answer, name);
    return Array.isArray(list) ? { [name]: list.map((one: object) => ({ ...one, key: undefined })) } : {};
  };
  return { ...bare('comparisons'), ...bare('outcomes') };
}

function leaks(where: string, value: unknown): string[] {
  const text = JSON.stringify(value);
  return text.includes(SECRET) ? [`${where} holds a value: ${text.slice(0, 300)}`] : [];
}
