/** What a table of claims answers, as one suite: DynamoDB keeps it, and so does the table in memory that other tests stand on. */
import { describe, expect, it } from 'vitest';
import type { ClaimTable, Write } from '../../shared/idempotency/claim-table.ts';

const { signal } = new AbortController();

export const insert = (key: string, state = 'made'): Write => ({
  kind: 'insert',
  key,
  state,
  ttl: 1_800_000_000,
});
const replace = (key: string, from: string, state: string): Write => ({ kind: 'replace', key, from, state });
const remove = (key: string, from: string): Write => ({ kind: 'delete', key, from });

export function claimTableContract(name: string, tableOf: () => ClaimTable): void {
  describe(`claim table contract: ${name}`, () => {
    const write = async (...writes: Write[]) =>
      (await tableOf().write(writes, signal)).map(({ kind }) => kind);
    const states = async (...keys: string[]) =>
      (await tableOf().read(keys, signal)).map((stored) => stored?.state);

    it('writes each under its condition, and an unmet one leaves its neighbours alone', async () => {
      expect(await write(insert('a'), insert('b'), insert('c'))).toEqual(['done', 'done', 'done']);
      expect(
        await write(
          insert('a', 'again'),
          insert('d'),
          replace('b', 'made', 'changed'),
          remove('c', 'made'),
          remove('never-there', 'made'),
        ),
      ).toEqual(['unmet', 'done', 'done', 'done', 'done']);
      expect(await states('a', 'b', 'c', 'd')).toEqual(['made', 'changed', undefined, 'made']);
    });

    it('changes and deletes only exactly what it was told stands there, and creates nothing by that', async () => {
      await write(insert('e'));
      expect(await write(replace('e', 'other', 'changed'), replace('f', 'made', 'changed'))).toEqual([
        'unmet',
        'unmet',
      ]);
      expect(await write(remove('e', 'other'))).toEqual(['unmet']);
      expect(await states('e', 'f')).toEqual(['made', undefined]);
    });

    it('keeps texts as they are, quotes and all', async () => {
      const text = `{"rule":"it's \\"so\\"", "अ": ?}`;
      await write(insert('g', text));
      expect(await states('g')).toEqual([text]);
    });

    it('answers reads in order, with the time to live', async () => {
      await write(insert('i'));
      expect(await tableOf().read(['never-there', 'i'], signal)).toEqual([
        undefined,
        { state: 'made', ttl: 1_800_000_000 },
      ]);
    });
  });
}
