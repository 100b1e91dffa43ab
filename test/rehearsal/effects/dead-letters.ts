/** A poison record is put aside and hurts nobody; the operator finds it, mends the item, and redrives it. */
import * as z from 'zod';
import { productImage } from '../../support/record.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import type { Operator } from '../operator.ts';
import { seen } from '../wait.ts';

const PART = 'dead letters';

/** docs/dead-letters.md, "An envelope in the queue". */
const envelope = z.object({
  version: z.literal(1),
  processor: z.string(),
  error: z.object({ code: z.string() }),
  record: z.object({ dynamodb: z.object({ NewImage: z.object({ status: z.object({ S: z.string() }) }) }) }),
});

const listed = z.object({
  groups: z.array(z.object({ by: z.record(z.string(), z.unknown()), records: z.number() })),
});

export async function proveDeadLetters(ledger: Ledger, stage: Deployed, operator: Operator): Promise<void> {
  const { clock, search } = stage;
  const table = stage.table('ek-bharath', 'products');
  const alias = stage.facts.search?.alias ?? '';
  const isIndexed = async (id: string): Promise<boolean> => (await search.exists({ index: alias, id })).body;
  const letters = (count: number) =>
    seen(clock, `${count} letters of products`, async () => (await stage.letterCount('products')) === count);

  await ledger.prove(
    PART,
    'a poison record is put aside, whole, and what comes after it is indexed',
    async () => {
      await stage.put(table, productImage('spoiled', { status: { S: 'auctioned' } }));
      await stage.put(table, productImage('fresh'));
      await letters(1);
      await seen(clock, 'the document after it', () => isIndexed('fresh'));
      const { processor, error, record } = z.parse(envelope, await stage.letter('products'));
      if (record.dynamodb.NewImage.status.S !== 'auctioned') throw new Error('its record is not whole');
      return `a letter of ${processor}, ${error.code}, with the whole image`;
    },
  );
  await ledger.prove(PART, 'dlq list names its error', async () => {
    const { groups } = z.parse(listed, (await operator('dlq', 'list')).json);
    const [group] = groups;
    if (groups.length !== 1 || group?.records !== 1) throw new Error(`${groups.length} groups were listed`);
    return Object.values(group.by).join(' ');
  });
  await ledger.prove(PART, 'status exits 1 as long as there is a letter', async () => {
    const { status } = await operator('status');
    if (status !== 1) throw new Error(`it exits ${status}`);
    return 'exit code 1';
  });
  await ledger.prove(PART, 'dlq redrive leaves the letter while its item is spoiled', async () => {
    const { status } = await operator('dlq', 'redrive', '--reason', 'a rehearsal');
    if (status !== 1) throw new Error(`it exits ${status}`);
    await letters(1);
    return 'exit code 1, 1 letter';
  });
  await ledger.prove(PART, 'after the item is mended, dlq redrive settles the letter', async () => {
    await stage.put(table, productImage('spoiled'));
    await seen(clock, 'the mended document', () => isIndexed('spoiled'));
    const { status } = await operator('dlq', 'redrive', '--reason', 'a rehearsal');
    if (status !== 0) throw new Error(`it exits ${status}`);
    await letters(0);
    return 'exit code 0, 0 letters';
  });
}
