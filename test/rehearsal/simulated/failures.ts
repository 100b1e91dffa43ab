/**
 * What the emulator does not do with failures, shown by the event source mapping simulator instead: with the properties that the
 * template gives each mapping, by the rules that were recorded on AWS (docs/event-source-mapping.md).
 */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { readCase } from '../../../local/event-source-mapping/simulation/case.ts';
import { runCase, type Transcript } from '../../../local/event-source-mapping/simulation/run-case.ts';
import { messageImage, messageKeys } from '../../support/message.ts';
import { productImage, productKeys, streamRecord } from '../../support/record.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import type { Operator } from '../operator.ts';
import { seen } from '../wait.ts';
import type { SynthesizedMapping } from './mappings.ts';

const PART = 'failures';
const BAD = '300';

export async function proveFailures(
  ledger: Ledger,
  stage: Deployed,
  mappings: readonly SynthesizedMapping[],
  operator: Operator,
): Promise<void> {
  await ledger.prove(
    PART,
    'a batch that fails partly goes on behind what was done (all mappings)',
    () => each(mappings, goesOnBehindWhatWasDone),
    'simulator',
  );
  await ledger.prove(
    PART,
    'a crashing batch is halved until the culprit is alone; the others are delivered (all mappings)',
    () => each(mappings, isolatesTheCulprit),
    'simulator',
  );
  await ledger.prove(
    PART,
    'the culprit is given up after its attempts into the failure bucket, whole (all mappings)',
    () => each(mappings, givesUpWhole),
    'simulator',
  );
  await ledger.prove(
    PART,
    'such an object in the deployed bucket is a letter, and dlq redrive settles it',
    () => settleGivenUp(stage, mappings, operator),
  );
}

async function each(
  mappings: readonly SynthesizedMapping[],
  prove: (mapping: SynthesizedMapping) => Promise<string>,
): Promise<string> {
  const evidence: string[] = [];
  for (const mapping of mappings) {
    try {
      evidence.push(await prove(mapping));
    } catch (error) {
      throw new Error(`${mapping.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return [...new Set(evidence)].join('; ');
}

async function goesOnBehindWhatWasDone(mapping: SynthesizedMapping): Promise<string> {
  const { invocations } = await simulate(mapping, { reportMatched: true, times: 1 });
  return expectBatches(invocations, '100 200 300 400 | 300 400');
}

async function isolatesTheCulprit(mapping: SynthesizedMapping): Promise<string> {
  const { invocations, checkpoints } = await simulate(mapping, crash);
  const batches = batchesOf(invocations).filter((batch, at, all) => batch !== all[at - 1]);
  const [last] = Object.values(checkpoints);
  if (last !== '400') throw new Error(`the shard stands at ${last}`);
  return expectText(batches.join(' | '), '100 200 300 400 | 100 200 | 300 400 | 300 | 400');
}

async function givesUpWhole(mapping: SynthesizedMapping): Promise<string> {
  const { onFailure, invocations } = await simulate(mapping, crash);
  const [given] = onFailure;
  if (onFailure.length !== 1 || given === undefined) throw new Error(`${onFailure.length} were given up`);
  if (given.destination !== `arn:aws:s3:::${mapping.bucket}`)
    throw new Error(`it goes to ${given.destination}`);
  const { payload } = given.body as { payload: string };
  const { Records: records } = JSON.parse(payload) as { Records: { dynamodb: { NewImage?: object } }[] };
  if (records.length !== 1 || records[0]?.dynamodb.NewImage === undefined)
    throw new Error('its record is not whole');
  const attempts = batchesOf(invocations).filter((batch) => batch === BAD).length;
  return `${attempts} attempts in ${(given.atMs / 3_600_000).toFixed(1)} h, 1 object`;
}

/** The emulator tells the queue of an object, whoever puts it there. */
async function settleGivenUp(
  stage: Deployed,
  mappings: readonly SynthesizedMapping[],
  operator: Operator,
): Promise<string> {
  const mapping = mappings.find(({ name }) => name === 'products');
  if (mapping === undefined) throw new Error('the stage has no mapping of products');
  const table = stage.table('ek-bharath', 'products');
  await stage.put(table, productImage('given-up'));
  const { onFailure } = await simulate(mapping, crash, {
    keys: productKeys('given-up'),
    newImage: productImage('given-up'),
  });
  const [given] = onFailure;
  if (given?.key === undefined) throw new Error('nothing was given up');
  await stage.s3.send(
    new PutObjectCommand({ Bucket: mapping.bucket, Key: given.key, Body: JSON.stringify(given.body) }),
  );
  const letters = (count: number) =>
    seen(stage.clock, `${count} letters`, async () => (await stage.letterCount('products')) === count);
  await letters(1);
  const { status } = await operator('dlq', 'redrive', '--reason', 'a rehearsal');
  if (status !== 0) throw new Error(`dlq redrive exits ${status}`);
  await letters(0);
  return 'exit code 0, 0 letters';
}

const crash = { throw: { errorType: 'Error', errorMessage: 'a crash' } };

/** Four records at once, the third of which the function fails at. */
async function simulate(
  { properties, streamArn }: SynthesizedMapping,
  answer: object,
  images: { readonly keys: object; readonly newImage: object } = {
    keys: messageKeys(),
    newImage: messageImage(),
  },
): Promise<Transcript> {
  const records = ['100', '200', BAD, '400'].map((seq) => ({
    atMs: 0,
    record: { ...streamRecord({ seq, ...images }), eventSourceARN: streamArn },
  }));
  const { transcript } = await runCase(
    readCase({
      mapping: properties,
      shards: [{ shardId: 'shardId-00000001', records }],
      handler: [{ whenBatchHas: [BAD], ...answer }],
    }),
  );
  return transcript;
}

function batchesOf(invocations: Transcript['invocations']): string[] {
  return invocations.map(({ sequenceNumbers }) => sequenceNumbers.join(' '));
}

const expectBatches = (invocations: Transcript['invocations'], wanted: string) =>
  expectText(batchesOf(invocations).join(' | '), wanted);

function expectText(found: string, wanted: string): string {
  if (found !== wanted) throw new Error(`batches were ${found}, not ${wanted}`);
  return found;
}
