/** The page on deploying is true: its counts are the template's, its arithmetic is right, its commands are understood. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { templatesOf } from '../../infra/testing.ts';
import type { CommandContext } from '../../operator/commands/command-context.ts';
import { dlqCommand } from '../../operator/commands/dlq.ts';
import { listenCommand } from '../../operator/commands/listen.ts';
import { reconcileCommand } from '../../operator/commands/reconcile.ts';
import { statusCommand } from '../../operator/commands/status.ts';
import { validateCommand } from '../../operator/commands/validate.ts';
import { CDK_VERSION, readArguments } from '../../scripts/deploy/command-line.ts';

const file = (...path: string[]) => readFileSync(join(import.meta.dirname, '../..', ...path), 'utf8');
const pages = { 'docs/deploy.md': file('docs', 'deploy.md'), 'README.md': file('README.md') };
const page = pages['docs/deploy.md'];

/** The cells of the tables that follow a mark, without the head. */
function tables(mark: string): string[][][] {
  return page
    .split(`<!-- ${mark} -->\n`)
    .slice(1)
    .map((rest) => {
      const [table = ''] = rest.split('\n\n');
      const rows = table.split('\n').slice(2);
      return rows.map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    });
}

interface Properties {
  readonly Metrics?: readonly { readonly MetricStat?: object; readonly Expression?: string }[];
  readonly VpcEndpointType?: string;
  readonly SubnetIds?: readonly unknown[];
  readonly NumCacheClusters?: number;
  readonly ClusterConfig?: { readonly InstanceCount: number; readonly InstanceType: string };
  readonly EBSOptions?: { readonly VolumeSize: number; readonly VolumeType: string };
  readonly CacheNodeType?: string;
}

const resources = Object.values(templatesOf('dev')).flatMap((template) =>
  Object.values<{ Type: string; Properties: Properties }>(template.toJSON()['Resources']),
);
const of = (type: string) =>
  resources.filter(({ Type }) => Type === `AWS::${type}`).map(({ Properties }) => Properties);
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const endpoints = (type: string) =>
  of('EC2::VPCEndpoint').filter(({ VpcEndpointType }) => VpcEndpointType === type);

/** A query that yields one metric counts as one, as the page says. */
function metricsOf({ Metrics }: Properties): number {
  return Metrics === undefined ? 1 : Math.max(1, Metrics.filter(({ MetricStat }) => MetricStat).length);
}

const COUNTS: Readonly<Record<string, number>> = {
  tables: of('DynamoDB::Table').length,
  'event source mappings': of('Lambda::EventSourceMapping').length,
  "functions, one of them the CDK's own": of('Lambda::Function').length,
  'dead-letter queues': of('SQS::Queue').length,
  buckets: of('S3::Bucket').length,
  'log groups': of('Logs::LogGroup').length,
  alarms: of('CloudWatch::Alarm').length,
  'metrics that alarms look at': sum(of('CloudWatch::Alarm').map(metricsOf)),
  'search nodes': sum(
    of('OpenSearchService::Domain').map((domain) => domain.ClusterConfig?.InstanceCount ?? 0),
  ),
  'cache nodes': sum(of('ElastiCache::ReplicationGroup').map((group) => group.NumCacheClusters ?? 0)),
  networks: of('EC2::VPC').length,
  'interface endpoints, by zone': sum(endpoints('Interface').map(({ SubnetIds = [] }) => SubnetIds.length)),
  'gateway endpoints': endpoints('Gateway').length,
  'NAT gateways': of('EC2::NatGateway').length,
  'keys of its own': of('KMS::Key').length,
  dashboards: of('CloudWatch::Dashboard').length,
};

test('what dev is said to be made of is what the template makes', () => {
  const [rows = []] = tables('counts');
  expect(Object.fromEntries(rows.map(([what, count]) => [what, Number(count)]))).toEqual(COUNTS);
});

test('what a month costs is counted by the template', () => {
  const [rows = []] = tables('month');
  const quantities = Object.fromEntries(rows.map(([what = '', quantity]) => [what, quantity]));
  const [domain] = of('OpenSearchService::Domain');
  const types = new Set(of('ElastiCache::ReplicationGroup').map(({ CacheNodeType }) => CacheNodeType));
  expect(types.size).toBe(1);
  expect(quantities).toMatchObject({
    [`search: ${domain?.ClusterConfig?.InstanceType}`]: `${COUNTS['search nodes']} × 730 h`,
    [`its volume, ${domain?.EBSOptions?.VolumeType}`]: `${domain?.EBSOptions?.VolumeSize} GB`,
    [`caches: ${[...types][0]}, Valkey`]: `${COUNTS['cache nodes']} × 730 h`,
    'the endpoint of SQS': `${COUNTS['interface endpoints, by zone']} × 730 h`,
    'alarms, by metric': `${COUNTS['metrics that alarms look at']}`,
    dashboard: `${COUNTS['dashboards']}`,
    "the key of the alarms' topic": `${COUNTS['keys of its own']}`,
    'event counts of the mappings, six each, likewise †': `${COUNTS['event source mappings']} × 6`,
  });
});

/** `2 × 730 h`, `97 GB-s`, `1,000,000` */
const quantityOf = (cell: string) =>
  cell
    .replaceAll(',', '')
    .split('×')
    .reduce((product, factor) => product * Number.parseFloat(factor), 1);

const priceOf = (cell: string) => Number.parseFloat(cell) / (cell.endsWith(' per million') ? 1_000_000 : 1);

test('every cost is its quantity times its unit price, and the totals are the sums', () => {
  let total = 0;
  for (const [what = '', quantity = '', price = '', usd = ''] of [
    ...tables('month'),
    ...tables('million'),
  ].flat()) {
    if (quantity === '') {
      expect([what, usd]).toEqual([what, `**${total.toFixed(2)}**`]);
      continue;
    }
    const cost = (quantityOf(quantity) * priceOf(price)).toFixed(2);
    expect([what, usd]).toEqual([what, cost]);
    total += Number(cost);
  }
});

test('the README rounds the same costs', () => {
  const costs = [...tables('month'), ...tables('million')].flat().map(([what = '', , , usd = '']) => ({
    what,
    usd: Number(usd.replaceAll('*', '')),
  }));
  const rounded = (beginning: string) =>
    Math.round(sum(costs.filter(({ what }) => what.startsWith(beginning)).map(({ usd }) => usd)));
  expect(pages['README.md'].replace(/\s+/g, ' ')).toContain(
    `Dev costs some ${rounded('**idle')} US dollars a month before anything happens; ` +
      `a million notifications cost ${rounded('a notification') + rounded('a push')}, a million mails ${rounded('a mail')}.`,
  );
});

test("times follow from the benchmarks' figures, at the share of a core that 512 MB have", () => {
  const share = 512 / 1769;
  const rows = tables('million').flat();
  for (const [micros, seconds] of [
    [56, 97],
    [1164, 2011],
    [889, 1536],
    [57, 98],
  ] as const) {
    expect(Math.round((micros / share) * 0.5)).toBe(seconds);
    expect(rows.map(([, quantity]) => quantity)).toContain(`${seconds.toLocaleString('en')} GB-s`);
  }
  const benchmarks = file('docs', 'benchmarks.md');
  // Client CPU of products and notifications; 1,125 ratings and 17,423 values a second.
  for (const figure of ['| 56 |', '| 1,164 |', '1,125 [', '17,423 [']) expect(benchmarks).toContain(figure);
});

test('the version of the CDK is the one that is called, on every page', () => {
  const all = ['deploy.md', 'existing-tables.md', 'infrastructure.md']
    .map((name) => file('docs', name))
    .join('\n');
  expect(all).not.toContain('npx cdk');
  const said = [...all.matchAll(/aws-cdk@([\w.]+)/g)].map(([, version]) => version);
  expect(new Set(said)).toEqual(new Set([CDK_VERSION]));
});

const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);

test.each(Object.entries(pages))('the commands in %s that deploy are understood', (_name, text) => {
  const lines = [...text.matchAll(/npm run deploy --([^`\n#]*)/g)].map(([, rest = '']) => words(rest));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const isHelp = line.includes('--help');
    expect(readArguments(line)).toEqual(
      isHelp ? 'help' : expect.objectContaining({ stage: expect.any(String) }),
    );
  }
});

test("the operator's commands are understood", () => {
  const program = new Command('streamkeeper').exitOverride();
  const silent = (command: Command): Command => {
    for (const sub of command.commands) silent(sub);
    return command.exitOverride().action(() => {});
  };
  const known = [statusCommand, validateCommand, dlqCommand, listenCommand, reconcileCommand];
  for (const make of known) program.addCommand(silent(make({} as CommandContext)));
  const lines = [...page.matchAll(/npm run streamkeeper -- ([^`\n]*)/g)].map(([, rest = '']) =>
    rest.replace('"$(out WebSocketUrl)"', 'wss://example.execute-api.us-east-1.amazonaws.com/dev'),
  );
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(() => program.parse(words(line), { from: 'user' }), line).not.toThrow();
});

test('the pages and headings that are linked are there', () => {
  for (const [, path = '', heading] of page.matchAll(/\]\((?!https:)([^)#\s]*)(?:#([^)]*))?\)/g)) {
    const linked = path === '' ? page : file('docs', path);
    const slugs = [...linked.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    if (heading !== undefined) expect(slugs).toContain(heading);
  }
});
