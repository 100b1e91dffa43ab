/**
 * Keeps what this version makes of its recorded cases, before it is released. Written once: what is kept stays as it was. What it
 * does not say yet is added, as long as the cases are those that it was made of.
 *
 * Usage: node test/releases/keep-release.ts
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { streamsWithCases } from '../../fixtures/cases.ts';
import { effectsOf } from '../../fixtures/generate/effects.ts';
import { writeFixture } from '../../fixtures/generate/write-fixture.ts';
import { readFixture } from '../../fixtures/read.ts';
import manifest from '../../package.json' with { type: 'json' };
import { ENDS, filesOf, type History, type Played, playedCases, RELEASES } from './release.ts';

const { version } = manifest;

function refuse(why: string): never {
  console.error(`fixtures/releases/${version}${why}: raise the version in package.json first`);
  process.exit(2);
}

/** What the cases of a stream come to; by file, made when it is to be written. */
function partsOf(stream: (typeof streamsWithCases)[number], played: readonly Played[]) {
  const { recording, effects, ends } = filesOf(version, stream);
  return [
    { file: recording, make: async () => played.flatMap(({ records }) => records) },
    { file: effects, make: () => effectsOf(stream) },
    {
      file: ends,
      make: async () => {
        const histories: History[] = [];
        for (const one of played) histories.push({ ...one, end: await ENDS[stream](one) });
        return histories;
      },
    },
  ];
}

await mkdir(join(RELEASES, version), { recursive: true });
let written = 0;
for (const stream of streamsWithCases) {
  const played = await Array.fromAsync(playedCases(stream));
  const missing = partsOf(stream, played).filter(({ file }) => !existsSync(file));
  if (missing.length === 0) continue;
  const { recording } = filesOf(version, stream);
  const kept = existsSync(recording) ? await Array.fromAsync(readFixture(recording)) : undefined;
  const records = played.flatMap((one) => one.records);
  if (kept !== undefined && !isDeepStrictEqual(kept, records)) refuse(` has other cases of ${stream}`);
  for (const { file, make } of missing) await writeFixture(file, await make());
  written += missing.length;
  console.log(`${version}: ${stream}, ${records.length} records of ${played.length} cases`);
}
if (written === 0) refuse(' says all there is to say already');
