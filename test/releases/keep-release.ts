/**
 * Keeps what this version makes of its recorded cases, before it is released. Written once: what was released stays as it was.
 *
 * Usage: node test/releases/keep-release.ts
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { streamsWithCases } from '../../fixtures/cases.ts';
import { effectsOf } from '../../fixtures/generate/effects.ts';
import { writeFixture } from '../../fixtures/generate/write-fixture.ts';
import manifest from '../../package.json' with { type: 'json' };
import { ENDS, filesOf, type History, playedCases, RELEASES } from './release.ts';

const folder = join(RELEASES, manifest.version);
if (existsSync(folder)) {
  console.error(
    `fixtures/releases/${manifest.version} is there already: raise the version in package.json first`,
  );
  process.exit(2);
}
await mkdir(folder, { recursive: true });
for (const stream of streamsWithCases) {
  const { recording, effects, ends } = filesOf(manifest.version, stream);
  const played = await Array.fromAsync(playedCases(stream));
  const count = await writeFixture(
    recording,
    played.flatMap(({ records }) => records),
  );
  await writeFixture(effects, await effectsOf(stream));
  const endOf = ENDS[stream];
  if (endOf !== undefined) {
    const histories: History[] = [];
    for (const one of played) histories.push({ ...one, end: await endOf(one) });
    await writeFixture(ends, histories);
  }
  console.log(`${manifest.version}: ${stream}, ${count} records of ${played.length} cases`);
}
