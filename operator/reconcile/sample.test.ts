/** Which keys of a table are looked at when not all are. */
import { describe, expect, it } from 'vitest';
import { sampleKeys } from './sample.ts';
import type { ScanPage } from './scan.ts';

const { signal } = new AbortController();

describe('a sample', () => {
  const rows = Array.from({ length: 200 }, (_, index) => `k${index}`);
  /** One row a page. */
  const scan: ScanPage = async ({ index, of }, from) => {
    const segment = rows.filter((_, at) => at % of === index);
    const at = from === undefined ? 0 : segment.indexOf(from['PK']?.S ?? '') + 1;
    const key = segment[at];
    if (key === undefined) return { keys: [] };
    return { keys: [key], ...(at + 1 < segment.length ? { next: { PK: { S: key } } } : {}) };
  };
  const take = (size: number, seed: number) => {
    let state = seed;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    return sampleKeys(size, { scan, rows: rows.length, random, signal });
  };

  it('has as many distinct keys as asked for, and by chance others each time', async () => {
    const [one, other] = [await take(20, 7), await take(20, 11)];
    expect(new Set(one).size).toBe(20);
    expect(one).not.toEqual(other);
  });

  it('of a small table is all of it', async () => {
    expect((await take(500, 3)).toSorted()).toEqual(rows.toSorted());
  });

  /** One segment after the other, all rows of each in one page. */
  async function takeOf(size: number, count: number, random: () => number) {
    const asked: { readonly index: number; readonly of: number }[] = [];
    const whole: ScanPage = async (segment) => {
      asked.push(segment);
      return { keys: Array.from({ length: 100 }, (_, n) => `s${segment.index}-${n}`) };
    };
    return { keys: await sampleKeys(size, { scan: whole, rows: count, random, signal }), asked };
  }

  it('is no larger than asked for, reads no more than that takes, and of a page not always the first rows', async () => {
    const { keys, asked } = await takeOf(10, 1_000, () => 0.3);
    expect([keys.length, asked.length]).toEqual([10, 1]);
    expect(keys.toSorted()).not.toEqual(Array.from({ length: 10 }, (_, n) => `s${asked[0]?.index}-${n}`));
  });

  it('is taken also of a table that was not counted yet, and of one larger than can be cut up', async () => {
    expect((await takeOf(10, 0, () => 0)).keys).toHaveLength(10);
    const { asked } = await takeOf(10, 50_000_000, () => 0.999_999_9);
    expect(asked).toEqual([{ index: 999_999, of: 1_000_000 }]);
  });
});
