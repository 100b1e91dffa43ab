/** The command line of `npm start`: options, their checks, and the help. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { STREAMS, type StreamName } from './feed/recordings.ts';
import { Problem } from './problem.ts';

export interface RunOptions {
  readonly stage: string;
  /** One file in place of the recorded day. */
  readonly fixture: string | undefined;
  readonly streams: readonly StreamName[];
  readonly source: 'writes' | 'replay';
  readonly shards: number;
  readonly feed: boolean;
  readonly search: 'embedded' | 'opensearch' | { readonly url: string };
  readonly dynamodb: string | undefined;
  readonly redis: string | undefined;
  readonly keep: string | undefined;
  readonly once: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly dynamodbPort: number;
  readonly awsPort: number;
  readonly searchPort: number;
  readonly gatewayPort: number;
}

const EXAMPLES = `
Examples:
  npm start                                        the recorded market day; stays up for your own writes
  npm start -- --once --json                       the same, then the summary as JSON; exit 0 if all is well
  npm start -- --no-feed --dynamodb-port 8000      nothing but the system, on ports you know
  npm start -- --streams products,bids             a part of the day
  npm start -- --fixture fixtures/products/all-languages.jsonl
  npm start -- --source replay --shards 8 --once   no table writes in between: for volume
  npm start -- --search http://localhost:9200      your own OpenSearch
  npm start -- --keep .streamkeeper/mine           keeps tables, index and queues; the next start goes on

Exit codes: 0 done; 1 a record was not settled, or an effect is not what the tables say; 2 the command or its surroundings are wrong.
What runs, and what differs from AWS: docs/local-run.md`;

/**
 * @returns the options, or the text to print when help was asked for
 * @throws Problem in one line when an option is wrong
 */
export function readOptions(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
): RunOptions | { readonly help: string } {
  let printed = '';
  const command = new Command('npm start --')
    .usage('[options]')
    .description(
      'Runs the synthesized template on this machine: tables, streams, mappings, functions, queues, search, cache, WebSocket API, e-mails.',
    )
    .option('--streams <names>', `a part of the recorded day: ${STREAMS.join(',')}`, streamNames, STREAMS)
    .option('--fixture <file>', 'recorded changes in its place, JSON Lines, plain or gzip')
    .addOption(
      new Option('--source <source>', 'what the recorded changes become')
        .choices(['writes', 'replay'])
        .default('writes'),
    )
    .option('--shards <n>', 'shards of a replay', wholeNumber(1, 1000), 4)
    .option('--no-feed', 'write nothing; wait for your own writes')
    .option(
      '--search <engine>',
      'embedded, opensearch, or the URL of one that runs',
      searchEngine,
      'embedded' as const,
    )
    .option('--dynamodb <url>', 'a DynamoDB server that runs, instead of the embedded one', httpUrl)
    .option('--redis <url>', 'a Redis that runs, instead of the embedded one', redisUrl)
    .option('--keep <folder>', "keep the engines' data there, and go on from it")
    .option('--once', 'exit when everything is settled', false)
    .option('--json', 'print the summary as one JSON object', false)
    .option('--verbose', "show the functions' log lines", false)
    .addOption(new Option('--stage <name>', 'stage of infra/stages.ts').default('dev'))
    .option('--dynamodb-port <port>', 'first port of the embedded DynamoDB (default: free ones)', port, 0)
    .option('--aws-port <port>', 'port of SQS and S3 (default: a free one)', port, 0)
    .option('--search-port <port>', 'port of the embedded search engine (default: a free one)', port, 0)
    .option(
      '--gateway-port <port>',
      'port of WebSocket API, e-mails and tokens (default: a free one)',
      port,
      0,
    )
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: () => {},
    });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { help: printed };
    throw new Problem(
      `${error.message.replace(/^error: /, '').replace(/\n/g, ' ')}; see npm start -- --help`,
    );
  }
  const options = command.opts<Omit<RunOptions, Optional> & Partial<Pick<RunOptions, Optional>>>();
  if (options.fixture !== undefined && command.getOptionValueSource('streams') === 'cli')
    throw new Problem('--streams: chooses from the recorded day; leave out --streams or --fixture');
  return checkTogether({
    ...options,
    fixture: options.fixture,
    keep: options.keep,
    redis: options.redis,
    dynamodb: options.dynamodb ?? fromEnvironment(environment),
  });
}

/** Without a value where they are not given. */
type Optional = 'dynamodb' | 'fixture' | 'redis';

function checkTogether(options: RunOptions): RunOptions {
  if (options.source !== 'replay') return options;
  if (options.keep !== undefined)
    throw new Problem(
      '--keep: a replay writes no tables that could be gone on from; leave out --keep or --source replay',
    );
  if (!options.feed)
    throw new Problem('--no-feed: a replay is nothing but its feed; leave out one of the two');
  return options;
}

function fromEnvironment(environment: NodeJS.ProcessEnv): string | undefined {
  const url = environment['STREAMKEEPER_DYNAMODB_URL'];
  if (url === undefined || url === '') return undefined;
  if (!isHttpUrl(url)) throw new Problem('STREAMKEEPER_DYNAMODB_URL: is no URL; give http://host:port');
  return url;
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

function streamNames(text: string): readonly StreamName[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const known = STREAMS.filter((stream) => names.includes(stream));
  if (known.length === names.length) return known;
  throw new InvalidArgumentError(`Give some of ${STREAMS.join(',')}.`);
}

/** Those below are the operating system's. */
const port = wholeNumber(1024, 65_535);

function httpUrl(text: string): string {
  if (isHttpUrl(text)) return text;
  throw new InvalidArgumentError('Give a URL: http://host:port.');
}

function redisUrl(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'redis:' && new URL(text).hostname !== '') return text;
  throw new InvalidArgumentError('Give a URL without a password: redis://host:port.');
}

function searchEngine(text: string): RunOptions['search'] {
  if (text === 'embedded' || text === 'opensearch') return text;
  if (isHttpUrl(text)) return { url: text };
  throw new InvalidArgumentError('Give embedded, opensearch, or a URL: http://host:port.');
}

const isHttpUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
