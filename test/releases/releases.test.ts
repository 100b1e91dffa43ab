/** What every release recorded means today what it meant then, and ends as it ended; but for differences that are meant and written down. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { streamsWithCases } from '../../fixtures/cases.ts';
import { readFixture } from '../../fixtures/read.ts';
import { recordingDifferences } from '../../operator/replay/describe-recording.ts';
import { ENDS, filesOf, type History, meantDifferences, RELEASES } from './release.ts';

const versions = (await readdir(RELEASES, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it('at least one release is kept', () => {
  expect(versions).not.toEqual([]);
});

describe.each(versions)('of release %s', (version) => {
  const kept = streamsWithCases.filter((stream) => existsSync(filesOf(version, stream).recording));

  it.each(kept)('every record means to %s what it meant', async (stream) => {
    const { recording, effects } = filesOf(version, stream);
    const meant = await meantDifferences(version, stream);
    expect((await recordingDifferences(stream, recording, effects)).trimEnd()).toBe(meant);
  });

  it.each(kept)('every history of %s ends as it ended', async (stream) => {
    for await (const one of readFixture(filesOf(version, stream).ends)) {
      const { end, ...history } = one as unknown as History;
      const now: unknown = JSON.parse(JSON.stringify(await ENDS[stream](history)));
      expect({ [history.name]: now }).toEqual({ [history.name]: end });
    }
  });
});
