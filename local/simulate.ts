/** The simulator's door: a case on standard input, what AWS would do on standard output. Exit 2 for a case or mapping that cannot be. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { MappingError } from './event-source-mapping/index.ts';
import { readCase } from './event-source-mapping/simulation/case.ts';
import { CaseError } from './event-source-mapping/simulation/case-reader.ts';
import { runCase } from './event-source-mapping/simulation/run-case.ts';

const HELP = `Runs an event source mapping between a DynamoDB stream and a function on a virtual clock.

  npm run --silent simulate < case.json > transcript.json
  npm run --silent simulate -- case.json

  --metrics   adds the mapping's EventCount metrics to the transcript
  --help      shows this

A case (all but shards may be left out):
  {
    "mapping": { "BatchSize": 4, "MaximumRetryAttempts": 1, "FunctionResponseTypes": ["ReportBatchItemFailures"] },
    "shards": [{ "shardId": "shardId-1", "records": [{ "atMs": 0, "record": { …a Lambda event record… } }] }],
    "handler": [{ "whenBatchHas": ["<sequence number>"], "times": 3, "reportMatched": true }]
  }

docs/event-source-mapping.md has the whole format, every rule with its source, and examples.`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, metrics: { type: 'boolean' } },
  });
  if (values.help) console.log(HELP);
  else await main(positionals, values.metrics ?? false);
} catch (error) {
  const message = userMessage(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 2;
}

async function main(files: readonly string[], withMetrics: boolean): Promise<void> {
  const [file, another] = files;
  if (another !== undefined) throw new CaseError(`one case at a time: ${files.length} files were named`);
  if (file === undefined && process.stdin.isTTY)
    throw new CaseError('no case: give it on standard input or name a file; --help shows the format');
  const theCase = readCase(
    parseJson(file === undefined ? await text(process.stdin) : await readFile(file, 'utf8')),
  );
  if (theCase.unknown.length > 0)
    console.error(`simulate: members not known here are ignored: ${theCase.unknown.join(', ')}`);
  const { transcript, metrics } = await runCase(theCase);
  console.log(JSON.stringify(withMetrics ? { ...transcript, metrics } : transcript, null, 2));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CaseError(`the case is not JSON: ${json.trim() === '' ? 'it is empty' : reason}`);
  }
}

/** The message for a mistake of the user's; `undefined` for a fault of ours. */
function userMessage(error: unknown): string | undefined {
  if (error instanceof MappingError)
    return `${error.name}: ${error.message}${error.detail === undefined ? '' : `\n  ${error.detail}`}`;
  if (error instanceof CaseError) return `simulate: ${error.message}`;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const code = String(error.code);
  const isMistake = ['ENOENT', 'EISDIR', 'EACCES'].includes(code) || code.startsWith('ERR_PARSE_ARGS');
  return isMistake ? `simulate: ${error.message}` : undefined;
}
