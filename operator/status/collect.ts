/** Finds out how a system is doing: Lambda and SQS say what is, CloudWatch what was; on this machine the local run says both. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { lineOf } from '../../local/problem.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { ChosenMapping } from '../mappings/choose.ts';
import { mappingState } from '../mappings/mapping-state.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { oldestLetterMs } from './local-letters.ts';
import { localStatus } from './local-status.ts';
import { type Figure, readFigures } from './metrics.ts';
import type { MappingHealth, QueueHealth, SystemStatus } from './status.ts';

/** Metrics of the last minutes; Lambda's come a minute late. */
const WINDOW_MS = 5 * 60_000;

/** SQS sends its metrics every five minutes, late. */
const QUEUE_WINDOW_MS = 15 * 60_000;

type Found<T> = Partial<T>;

export async function collectStatus(
  system: System,
  chosen: readonly ChosenMapping[],
  clock: Clock,
): Promise<SystemStatus> {
  const unknown: string[] = [];
  const processors = [...new Set(chosen.map(({ processor }) => processor))];
  const orUnknown = async <T>(what: string, work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      unknown.push(`${what}: ${error instanceof Error ? error.name : ''} ${lineOf(error)}`.trim());
      return undefined;
    }
  };
  const [figures, queueAges] = await Promise.all([
    orUnknown('figures of the mappings', mappingFigures(system, chosen, clock)),
    orUnknown('age of the oldest letters', queueFigures(system, processors, clock)),
  ]);
  const mappings = await Promise.all(
    chosen.map(async ({ processor, mapping, title }): Promise<MappingHealth> => {
      const now = await orUnknown(title, mappingState(system.clients.lambda, mapping.id));
      return {
        title,
        processor: processor.name,
        id: mapping.id,
        table: mapping.table,
        state: now?.state ?? 'unknown',
        ...(now?.lastResult === undefined ? {} : { lastResult: now.lastResult }),
        ...figures?.get(mapping.id),
      };
    }),
  );
  const queues = await Promise.all(
    processors.map((processor) =>
      orUnknown(
        `letters of ${processor.name}`,
        queueHealth(system.clients.sqs, processor, queueAges?.get(processor.name)),
      ),
    ),
  );
  return {
    stage: system.stage,
    at: new Date(clock.now()).toISOString(),
    mappings,
    queues: queues.filter((queue) => queue !== undefined),
    unknown,
  };
}

async function mappingFigures(
  { clients, gatewayUrl }: System,
  chosen: readonly ChosenMapping[],
  clock: Clock,
): Promise<ReadonlyMap<string, Found<MappingHealth>>> {
  if (gatewayUrl !== undefined) return localFigures(gatewayUrl, chosen);
  if (clients.cloudWatch === undefined) return new Map();
  const wanted = chosen.flatMap(({ processor, mapping }): Figure[] => {
    const ofFunction = { name: 'FunctionName', value: processor.functionName };
    const ofMapping = { name: 'EventSourceMappingUUID', value: mapping.id };
    const namespace = 'AWS/Lambda';
    return [
      { namespace, metric: 'IteratorAge', dimension: ofFunction, as: 'latest' },
      { namespace, metric: 'InvokedEventCount', dimension: ofMapping, as: 'sum' },
      { namespace, metric: 'Errors', dimension: ofFunction, as: 'sum' },
      { namespace, metric: 'Throttles', dimension: ofFunction, as: 'sum' },
      { namespace, metric: 'DroppedEventCount', dimension: ofMapping, as: 'sum' },
    ];
  });
  const toMs = clock.now();
  const values = await readFigures(clients.cloudWatch, wanted, { fromMs: toMs - WINDOW_MS, toMs });
  return new Map(
    chosen.map(({ mapping }, index): [string, Found<MappingHealth>] => {
      const [oldestAgeMs, records, errors, throttles, dropped] = values.slice(index * 5, index * 5 + 5);
      return [
        mapping.id,
        {
          ...(oldestAgeMs === undefined ? {} : { oldestAgeMs }),
          ...(records === undefined ? {} : { invoked: { records, overMs: WINDOW_MS } }),
          ...(errors === undefined ? {} : { errors }),
          ...(throttles === undefined ? {} : { throttles }),
          ...(dropped === undefined ? {} : { dropped }),
        },
      ];
    }),
  );
}

async function localFigures(
  gatewayUrl: string,
  chosen: readonly ChosenMapping[],
): Promise<ReadonlyMap<string, Found<MappingHealth>>> {
  const all = await localStatus(gatewayUrl);
  return new Map(
    chosen.flatMap(({ mapping }): [string, Found<MappingHealth>][] => {
      const own = all.find(({ id }) => id === mapping.id);
      if (own === undefined) return [];
      const { failing, oldestAgeMs, records, counts, watchedMs, failedInvocations, throttled } = own;
      return [
        [
          mapping.id,
          {
            waiting: records,
            failing,
            invoked: { records: counts.InvokedEventCount, overMs: watchedMs },
            errors: failedInvocations,
            throttles: throttled,
            dropped: counts.DroppedEventCount,
            // Nothing waits: that is an age too.
            oldestAgeMs: oldestAgeMs ?? 0,
          },
        ],
      ];
    }),
  );
}

async function queueFigures(
  { clients, gatewayUrl }: System,
  processors: readonly ProcessorFacts[],
  clock: Clock,
): Promise<ReadonlyMap<string, number>> {
  if (gatewayUrl !== undefined) {
    const ages = await Promise.all(
      processors.map(async (one) => [one.name, await oldestLetterMs(clients.sqs, one, clock.now())] as const),
    );
    return new Map(
      ages.flatMap(([name, age]): [string, number][] => (age === undefined ? [] : [[name, age]])),
    );
  }
  if (clients.cloudWatch === undefined) return new Map();
  const toMs = clock.now();
  const values = await readFigures(
    clients.cloudWatch,
    processors.map(({ queueUrl }) => ({
      namespace: 'AWS/SQS',
      metric: 'ApproximateAgeOfOldestMessage',
      dimension: { name: 'QueueName', value: queueUrl.split('/').at(-1) ?? '' },
      as: 'latest',
    })),
    { fromMs: toMs - QUEUE_WINDOW_MS, toMs },
  );
  return new Map(
    processors.flatMap(({ name }, index): [string, number][] => {
      const seconds = values[index];
      return seconds === undefined ? [] : [[name, seconds * 1000]];
    }),
  );
}

async function queueHealth(
  sqs: Pick<SQSClient, 'send'>,
  { name, queueUrl }: ProcessorFacts,
  oldestAgeMs: number | undefined,
): Promise<QueueHealth> {
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const numberOf = (what: '' | 'NotVisible' | 'Delayed') =>
    Number(attributes[`ApproximateNumberOfMessages${what}`] ?? 0);
  const visible = numberOf('');
  return {
    processor: name,
    visible,
    inFlight: numberOf('NotVisible'),
    delayed: numberOf('Delayed'),
    ...(oldestAgeMs === undefined || visible === 0 ? {} : { oldestAgeMs }),
  };
}
