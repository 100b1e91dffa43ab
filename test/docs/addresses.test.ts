/** Addresses in the pages' examples are those that the run gives with the same option; items in them mean what the text says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamRecord } from '../../fixtures/generate/record.ts';
import { buildApp } from '../../infra/build-app.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import { engineNeeds } from '../../local/template/system.ts';
import { decide } from '../../processors/bids/decide.ts';
import { decodeRecord } from '../../shared/stream/decode.ts';

const pageOf = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

let systems: readonly string[];
let outdir: string;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'streamkeeper-synth-'));
  buildApp({ stage: 'dev', outdir, bundle: false }).app.synth();
  ({ systems } = engineNeeds(readAssembly(outdir)));
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

test.each(['README.md', 'docs/local-run.md'])(
  'with --dynamodb-port 8000, tables are where %s says',
  (path) => {
    const page = pageOf(path);
    expect(page).toContain('--no-feed --dynamodb-port 8000');
    const own = systems.findIndex((system) => system.endsWith('-ek-bharath'));
    const addresses = [...page.matchAll(/http:\/\/127\.0\.0\.1:(80\d\d)/g)].map(([, port]) => Number(port));
    expect(new Set(addresses)).toEqual(new Set([8000 + own]));
  },
);

test('the page of the local run names the DynamoDB of every stack', () => {
  const ports = [...pageOf('docs/local-run.md').matchAll(/(\w+) (?:is )?at (80\d\d)/g)].map(
    ([, word = '', port]) => [Number(port) - 8000, word.toLowerCase()],
  );
  expect(ports.map(([index]) => index)).toEqual(systems.map((_, index) => index));
  for (const [index, word] of ports) expect(systems[Number(index)]).toContain(word);
});

test('the bid of the README is news to the vendor who listens there', () => {
  const readme = pageOf('README.md');
  const item = /BID#1"},.*?}}(?=')/.exec(readme)?.[0];
  const newImage = JSON.parse(`{"PK":{"S":"PRODUCT#onion"},"SK":{"S":"${item}`);
  const { PK, SK } = unmarshall(newImage);
  const decoded = decodeRecord(
    streamRecord({
      eventName: 'INSERT',
      keys: marshall({ PK, SK }) as never,
      newImage,
      sequenceNumber: '100000000000000000000',
      at: 1_773_685_877,
      stream: { table: 'ek-bharath-bids', label: '2026-03-01T00:00:00.000', region: 'ap-south-1' },
    }),
    'new-and-old',
  );
  const decision = decoded.ok ? decide(decoded.change) : decoded;
  expect(decision).toMatchObject({ kind: 'effect' });
  const [, vendor] = /listen --user (vendor\S+)/.exec(readme) ?? [];
  expect(JSON.stringify(decision)).toContain(`"${vendor}"`);
});
