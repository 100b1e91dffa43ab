/**
 * Every command on the pages of docs/operations is carried out as it stands there, in the order of its page, against a local run with
 * dead letters of every form, and exits with what the page says.
 *
 * What is replaced: `--stage <name>` by `--local` (with `--profile` and `--region`, which go), an id that ends in `…` by one that is
 * there, names of files by files of the test. Never may one exit with 2: that is a command that nobody can use.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { commandsOf, PAGES } from '../docs/operations-commands.ts';
import { type OperatedSystem, startOperatedSystem } from '../support/operated-system.ts';

// A synthesis and engines: seconds on a free machine, more on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Right only in a situation that no page brings about by itself, and what is said in any other. */
const OUT_OF_PLACE: readonly (readonly [command: RegExp, says: string])[] = [
  [/^reconcile .*--give-up/, 'no index is being filled'],
];

/** @param idOf of something that is there */
async function localWords(
  typed: readonly string[],
  files: string,
  idOf: () => Promise<string>,
): Promise<string[]> {
  const words: string[] = [];
  for (let index = 0; index < typed.length; index++) {
    const word = typed[index] ?? '';
    if (word === '--profile' || word === '--region') index++;
    else if (word === '--stage') {
      words.push('--local');
      index++;
    } else if (word.endsWith('…')) words.push(await idOf());
    else words.push(/^[\w.-]+\.(jsonl(\.gz)?|json)$/.test(word) ? join(files, word) : word);
  }
  return words;
}

const hasEngines = process.platform === 'linux' && process.arch === 'x64';
const title = `commands of the operator's pages${hasEngines ? '' : ' (skipped: the embedded DynamoDB runs on Linux x64 only)'}`;

describe.skipIf(!hasEngines)(title, () => {
  let operated: OperatedSystem;
  let files: string;
  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'streamkeeper-operations-'));
    operated = await startOperatedSystem();
  });
  afterAll(async () => {
    await operated?.stop();
    rmSync(files, { recursive: true, force: true });
  });

  async function anEventId(): Promise<string> {
    const { out } = await operated.type(['dlq', 'show', '--local', '--json', '--limit', '1']);
    const [, id] = /"event(?:Id|ID)": "([^"]+)"/.exec(out) ?? [];
    if (id === undefined) throw new Error(`no letter with a record: ${out.slice(0, 500)}`);
    return id;
  }

  test.each(PAGES)('%s', async (page) => {
    const own = mkdtempSync(join(files, 'page-'));
    // A page may leave a mapping turned off.
    const everybody = operated.system.processors.map(({ name }) => name).join(',');
    expect(await operated.type(['resume', '--local', '--processor', everybody])).toMatchObject({
      exitCode: 0,
    });
    writeFileSync(join(own, 'message.json'), await operated.fill());
    for (const { text, words, exits } of commandsOf(page)) {
      const { exitCode, err, out } = await operated.type(await localWords(words, own, anEventId));
      const outOfPlace = OUT_OF_PLACE.find(([command]) => command.test(text));
      if (outOfPlace !== undefined && exitCode === 2) expect(err).toContain(outOfPlace[1]);
      else expect(exits, `streamkeeper ${text}\n${err}${out}`).toContain(exitCode);
    }
  });
});
