/** Records that wait outside of memory come back as they were, and nobody else can read, find or change them. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSpill } from './spill.ts';

test('it gives back what was written, and leaves nothing that could be found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streamkeeper-spill-'));
  const spill = await openSpill(folder);
  const texts = ['{"a":1}', 'टमाटर '.repeat(50_000), ''];
  const places = [];
  for (const text of texts) places.push(await spill.write(text));
  expect(readdirSync(folder)).toEqual([]);
  for (const [index, place] of places.entries()) expect(await spill.read(place)).toBe(texts[index]);
  await expect(spill.read({ at: 1, bytes: 40 })).rejects.toThrow();
  await spill.close();
  await rm(folder, { recursive: true });
});

test('several write at once, and each gets back its own', async () => {
  const spill = await openSpill();
  const texts = Array.from({ length: 50 }, (_, index) => `${index} `.repeat(1 + ((index * 37) % 100)));
  const places = await Promise.all(texts.map((text) => spill.write(text)));
  expect(await Promise.all(places.map((place) => spill.read(place)))).toEqual(texts);
  await spill.close();
});

const onLinux = test.runIf(process.platform === 'linux');

onLinux('it holds nothing in clear while it is open, and no file of it is open afterwards', async () => {
  const spill = await openSpill();
  await spill.write('somebody’s name, and somebody’s name');
  const [open, ...more] = nameless();
  expect(more).toEqual([]);
  expect(readFileSync(open ?? '').includes('somebody')).toBe(false);
  await spill.close();
  expect(nameless()).toEqual([]);
});

onLinux(
  'what is written twice looks otherwise each time: nobody sees that two records are the same',
  async () => {
    const spills = [await openSpill(), await openSpill()];
    for (const spill of spills) for (let time = 0; time < 2; time++) await spill.write('the same');
    const halves = nameless().flatMap((path) => {
      const bytes = readFileSync(path);
      return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
    });
    expect(new Set(halves.map((half) => half.toString('hex'))).size).toBe(4);
    // One nonce twice under one key would give both texts away.
    for (const [first, second] of [halves.slice(0, 2), halves.slice(2)])
      expect(first?.subarray(0, 12)).not.toEqual(second?.subarray(0, 12));
    for (const spill of spills) await spill.close();
  },
);

onLinux('whatever byte of it was changed, it is not given back', async () => {
  const spill = await openSpill();
  const place = await spill.write(createHash('sha256').update('text').digest('base64'));
  const [path = ''] = nameless();
  const file = openSync(path, 'r+');
  for (const [at, byte] of readFileSync(path).entries()) {
    writeSync(file, Buffer.of(byte ^ 1), 0, 1, at);
    await expect(spill.read(place)).rejects.toThrow();
    writeSync(file, Buffer.of(byte), 0, 1, at);
  }
  closeSync(file);
  expect(await spill.read(place)).toHaveLength(44);
  await spill.close();
});

/** The spills that are open in this process. */
function nameless(): string[] {
  return readdirSync('/proc/self/fd')
    .map((fd) => `/proc/self/fd/${fd}`)
    .filter((path) => /streamkeeper-.*\(deleted\)$/.test(targetOf(path)));
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
