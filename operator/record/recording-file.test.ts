/** What is left of a recording's file however its making ends. */
import {
  appendFile,
  copyFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFixture } from '../../fixtures/read.ts';
import { Problem } from '../../local/problem.ts';
import { systemClock } from '../../shared/time/clock.ts';
import { openRecordingFile } from './recording-file.ts';

let folder: string;
let nowMs: number;
const file = (name: string) => join(folder, name);
beforeEach(async () => {
  nowMs = 0;
  folder = await mkdtemp(join(tmpdir(), 'streamkeeper-recording-file-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const opened = (name: string, force = false) =>
  openRecordingFile({ path: file(name), force, clock: { ...systemClock, now: () => nowMs } });
const textOf = (name: string) => readFile(file(name), 'utf8');

describe('the file of a recording', () => {
  it.each(['cut.jsonl', 'cut.jsonl.gz'])(
    'can be read up to where its writer was killed: %s',
    async (name) => {
      const recording = await opened(name);
      await recording.write([{ n: 1 }]);
      nowMs += 60_000;
      await recording.flushIfDue();
      await recording.write([{ n: 2 }]);
      nowMs += 60_000;
      await recording.flushIfDue();
      const part = file(`${name}.part`);
      const isGzip = name.endsWith('.gz');
      await copyFile(part, file('left.jsonl'));
      const readable = await Array.fromAsync(readFixture(file('left.jsonl')));
      expect(readable).toEqual([{ n: 1 }, { n: 2 }]);
      await appendFile(file('left.jsonl'), isGzip ? Buffer.of(0x1f, 0x8b, 8, 0, 0) : '{"n":');
      const seen: unknown[] = [];
      await expect(
        (async () => {
          for await (const one of readFixture(file('left.jsonl'))) seen.push(one);
        })(),
      ).rejects.toMatchObject({ code: 'FIXTURE_TRUNCATED' });
      expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
      await recording.abandon();
    },
  );

  it('does not replace another, nor one that was cut off, unless it is told to', async () => {
    await writeFile(file('taken.jsonl'), '');
    await expect(opened('taken.jsonl')).rejects.toThrow('--force');
    await writeFile(file('cut.jsonl.part'), '', { mode: 0o644 });
    await expect(opened('cut.jsonl')).rejects.toThrow('cut off');
    const recording = await opened('cut.jsonl', true);
    await recording.write([{ n: 1 }]);
    await recording.finish();
    expect((await stat(file('cut.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('has a name that says what it is', async () => {
    await expect(opened('orders.csv')).rejects.toThrow('.jsonl');
  });

  it('holds records two seconds after they came, and is written no more often', async () => {
    const recording = await opened('slow.jsonl');
    const sizes: number[] = [];
    for (nowMs of [0, 1_999, 2_000, 2_001, 3_999, 4_000]) {
      await recording.write([{}]);
      await recording.flushIfDue();
      sizes.push((await textOf('slow.jsonl.part')).split('\n').length - 1);
    }
    expect(sizes).toEqual([0, 0, 3, 3, 3, 6]);
    await recording.abandon();
  });

  it('lets no more than a megabyte wait', async () => {
    const recording = await opened('large.jsonl');
    const text = 'x'.repeat(400_000);
    await recording.write([text, text, text, 'small']);
    const written = await textOf('large.jsonl.part');
    expect(written).toBe(`"${text}"\n`.repeat(3));
    await recording.write(['small too']);
    expect((await textOf('large.jsonl.part')).length).toBe(written.length);
    expect(await recording.finish()).toBe((await stat(file('large.jsonl'))).size);
    expect(await textOf('large.jsonl')).toBe(`${written}"small"\n"small too"\n`);
  });

  it('that is abandoned keeps its name, with what came; without a record nothing is left', async () => {
    const recording = await opened('left.jsonl');
    await recording.write([{ n: 1 }]);
    await recording.abandon();
    expect(await textOf('left.jsonl.part')).toBe('{"n":1}\n');
    await (await opened('none.jsonl')).abandon();
    expect(await (await opened('none.jsonl')).finish()).toBe(0);
    expect(await readdir(folder)).toEqual(['left.jsonl.part']);
  });

  it('is whole also where the system writes a piece at a time', async () => {
    const { spy, write } = await spied();
    const recording = await opened('pieces.jsonl');
    spy.mockImplementation(function (this: unknown, bytes: Buffer, from: number) {
      return write.call(this, bytes, from, Math.min(5, bytes.length - from));
    } as never);
    await recording.write([{ n: 1 }, { n: 2 }]);
    await recording.finish();
    expect(await textOf('pieces.jsonl')).toBe('{"n":1}\n{"n":2}\n');
  });

  it('that cannot be written says so', async () => {
    const recording = await opened('full.jsonl');
    await recording.write([{ n: 1 }]);
    (await spied()).spy.mockRejectedValue(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    const failed = recording.finish();
    await expect(failed).rejects.toThrow(Problem);
    await expect(failed).rejects.toThrow(/full\.jsonl\.part cannot be written/);
    await recording.abandon();
  });

  type Write = (this: unknown, bytes: Buffer, from: number, length?: number) => Promise<unknown>;

  /** What writes to any open file, and in whose place it stands. */
  async function spied() {
    const handle = await open(file('.spied'), 'w');
    const write = handle.write as unknown as Write;
    const spy = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'write');
    await handle.close();
    await rm(file('.spied'));
    return { spy, write };
  }
});
