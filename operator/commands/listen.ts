/** `streamkeeper listen`: a user's live notifications in a terminal, over the same WebSocket that apps use. */
import { styleText } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../../local/problem.ts';
import { readState, stateFileOf } from '../../local/state-file.ts';
import { listen } from '../listen/listener.ts';
import { jsonShow, prettyShow } from '../listen/show.ts';
import { givenToken, localTokens, TOKEN_VARIABLE } from '../listen/tokens.ts';
import type { CommandContext } from './command-context.ts';

interface ListenOptions {
  readonly user?: string;
  readonly url?: string;
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  streamkeeper listen --user vendor-1              a user of the local run (npm start)
  streamkeeper listen --user vendor-1 --json       one JSON object a line, for other programs
  ${TOKEN_VARIABLE}=… streamkeeper listen --url wss://<api>.execute-api.<region>.amazonaws.com/dev

Ctrl-C ends it. A connection that is lost is made again.`;

export function listenCommand(context: CommandContext): Command {
  return new Command('listen')
    .description("Shows a user's live notifications.")
    .option('--user <id>', 'whose; for the local run, which makes a token for anybody')
    .addOption(new Option('--local', 'the local run (default)').conflicts('url'))
    .option('--url <url>', `a deployed WebSocket API; ${TOKEN_VARIABLE} holds an access token`, webSocketUrl)
    .option('--json', 'one JSON object a line', false)
    .addHelpText('after', EXAMPLES)
    .action((options: ListenOptions) => run(options, context));
}

async function run(options: ListenOptions, context: CommandContext): Promise<void> {
  const { clock, out, signal } = context;
  const { url, token } = target(options, context);
  const colours = out.isTTY === true && !options.json;
  const style = (colour: 'green' | 'yellow' | 'cyan' | 'dim', text: string) =>
    colours && text !== '' ? styleText(colour, text) : text;
  const show = options.json ? jsonShow : prettyShow(style);
  await listen(url, {
    clock,
    signal,
    token,
    random: Math.random,
    openSocket: (address, protocols) => new WebSocket(address, protocols),
    onEvent: (event) => {
      for (const line of show(event)) out.write(`${line}\n`);
    },
  });
}

function target({ url, user }: ListenOptions, { environment, repository }: CommandContext) {
  if (url !== undefined) {
    if (user !== undefined)
      throw new Problem('--user: with --url the user is the one whose token it is; leave it out');
    return { url, token: givenToken(environment) };
  }
  if (user === undefined) throw new Problem('--user: say whose notifications to show, e.g. --user vendor-1');
  const { gatewayUrl, wsUrl } = readState(stateFileOf(repository));
  return { url: wsUrl, token: localTokens(gatewayUrl, user) };
}

/** A token goes over the network in clear unless it is encrypted: plain ws:// is for this machine only. */
function webSocketUrl(text: string): string {
  const url = URL.parse(text);
  const isLocal = url?.protocol === 'ws:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url === null || (url.protocol !== 'wss:' && !isLocal))
    throw new InvalidArgumentError('expected wss://…, or ws:// on this machine');
  return text;
}
