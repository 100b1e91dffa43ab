/** The contracts that are data, each with the engines it is held on; and what the page about engines says of them. */
import { bucketContract } from './bucket-contract.ts';
import { mailContract } from './mail-contract.ts';
import { queueContract } from './queue-contract.ts';
import type { Contract, Difference, EngineName, Rule } from './rule.ts';
import { sessionsContract } from './sessions-contract.ts';
import { tablesContract } from './tables-contract.ts';

export interface HeldContract {
  readonly port: string;
  readonly rules: readonly Rule<never>[];
  /** The one of `npm start` and `npm test` first. */
  readonly engines: readonly EngineName[];
}

const held = (port: string, contract: Contract<never>, ...engines: EngineName[]): HeldContract => ({
  port,
  rules: Object.values(contract).flat(),
  engines,
});

export const CONTRACTS: readonly HeldContract[] = [
  held('tables and streams', tablesContract as Contract<never>, 'dynoxide', 'DynamoDB Local'),
  held('queue', queueContract as Contract<never>, 'fauxqs', 'MiniStack'),
  held('bucket', bucketContract as Contract<never>, 'fauxqs', 'MiniStack'),
  held('sessions', sessionsContract as Contract<never>, 'gateway', 'MiniStack'),
  held('mail', mailContract as Contract<never>, 'gateway', 'MiniStack'),
];

export interface KnownDifference extends Difference {
  readonly port: string;
  readonly engine: EngineName;
  readonly title: string;
}

export const DIFFERENCES: readonly KnownDifference[] = CONTRACTS.flatMap(({ port, rules, engines }) =>
  engines.flatMap((engine) =>
    rules.flatMap(({ title, differs }) => {
      const difference = differs?.[engine];
      return difference === undefined ? [] : [{ port, engine, title, ...difference }];
    }),
  ),
);

/** One table for each engine. */
export function differencesText(): string {
  const engines = [...new Set(DIFFERENCES.map(({ engine }) => engine))];
  return engines
    .map((engine) => {
      const rows = DIFFERENCES.filter((difference) => difference.engine === engine).map(
        ({ port, title, harmless, shownBy }) =>
          `| ${port} | ${title} | ${harmless} | ${shownBy === undefined ? '' : `\`${shownBy[0]}\``} |`,
      );
      return `### ${engine}\n\n| port | on AWS, and not here | why nothing suffers | shown by |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

export function rulesText(): string {
  const rows = CONTRACTS.map(({ port, rules, engines }) => {
    const cells = engines.map((engine) => {
      const others = DIFFERENCES.filter((one) => one.port === port && one.engine === engine).length;
      return `${engine}${others === 0 ? '' : `, ${others} otherwise`}`;
    });
    return `| ${port} | ${rules.length} | ${cells.join(' | ')} |`;
  });
  return `| port | rules | embedded | real |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
