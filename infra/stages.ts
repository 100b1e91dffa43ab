/** The one place where dev, staging and prod differ; every value is checked before anything is built from it. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { existingTableFacts } from './settings/existing-tables.ts';
import { STREAM_DEFAULTS } from './settings/streams.ts';
import { checkStage, STAGE_NAMES, type Stage, type StageName } from './stage-schema.ts';

export type { Stage, StageName } from './stage-schema.ts';

/** Nobody can send from example.com: enter your own before the first deployment. */
const mail = {
  sender: 'bookings@example.com',
  makeIdentity: false,
  marketplaceName: 'Home Services Marketplace',
  currency: 'CAD',
  timeZone: 'America/Toronto',
};

/** No stage has reason to differ but in concurrency: below, where it protects a store. */
const streams = {
  products: STREAM_DEFAULTS,
  bids: STREAM_DEFAULTS,
  conversations: STREAM_DEFAULTS,
  bookings: STREAM_DEFAULTS,
  'analysis-results': STREAM_DEFAULTS,
  analytics: STREAM_DEFAULTS,
};

const dev: Stage = {
  name: 'dev',
  tablePrefix: '',
  tables: 'new',
  data: 'destroy',
  deletionProtection: false,
  logRetentionDays: RetentionDays.ONE_WEEK,
  alarms: { emails: [], tables: true, ceiling: { read: 500, write: 500 } },
  trail: false,
  // None reserved: a new account has ten invocations at once, and AWS lets nobody reserve the last ones.
  streams,
  notBefore: {},
  search: {
    instanceType: 't3.small.search',
    instanceCount: 1,
    zones: 1,
    dedicatedMasters: 0,
    volumeGb: 20,
    queryCache: { nodeType: 'cache.t3.micro', nodes: 1, zones: ['a'], secured: false },
  },
  webSocket: { requestsPerSecond: 50, burst: 100, setLogRole: true },
  mail,
  cache: { nodeType: 'cache.t3.micro', nodes: 1, zones: ['a'], secured: false },
};

const stages: Readonly<Record<StageName, Stage>> = {
  dev,
  staging: {
    name: 'staging',
    tablePrefix: 'staging-',
    tables: 'new',
    data: 'retain',
    deletionProtection: false,
    logRetentionDays: RetentionDays.ONE_MONTH,
    alarms: { emails: [], tables: true, ceiling: { read: 1_000, write: 1_000 } },
    trail: false,
    streams: {
      ...streams,
      // Two bulks at once per data node: more wait in its queue, and are refused (429) when that is full.
      products: { ...STREAM_DEFAULTS, concurrency: 4 },
      // SES takes 14 mails a second from an account that asked for no more; an invocation sends a few at once.
      bookings: { ...STREAM_DEFAULTS, concurrency: 2 },
    },
    notBefore: {},
    search: {
      instanceType: 'm6g.large.search',
      instanceCount: 2,
      zones: 2,
      dedicatedMasters: 0,
      volumeGb: 50,
      queryCache: { nodeType: 'cache.t4g.small', nodes: 1, zones: ['a', 'b'], secured: true },
    },
    webSocket: { requestsPerSecond: 200, burst: 400, setLogRole: true },
    mail,
    cache: { nodeType: 'cache.t4g.small', nodes: 2, zones: ['a', 'b'], secured: true },
  },
  prod: {
    name: 'prod',
    tablePrefix: 'prod-',
    tables: 'new',
    data: 'retain',
    deletionProtection: true,
    logRetentionDays: RetentionDays.THREE_MONTHS,
    alarms: { emails: [], tables: true, ceiling: { read: 4_000, write: 4_000 } },
    trail: true,
    streams: {
      ...streams,
      // Two bulks at once per data node: more wait in its queue, and are refused (429) when that is full.
      products: { ...STREAM_DEFAULTS, concurrency: 6 },
      // SES takes 14 mails a second from an account that asked for no more; an invocation sends a few at once.
      bookings: { ...STREAM_DEFAULTS, concurrency: 5 },
    },
    notBefore: {},
    search: {
      instanceType: 'm6g.large.search',
      instanceCount: 3,
      zones: 3,
      dedicatedMasters: 3,
      volumeGb: 100,
      queryCache: { nodeType: 'cache.t4g.small', nodes: 1, zones: ['a', 'b'], secured: true },
    },
    webSocket: { requestsPerSecond: 1_000, burst: 2_000, setLogRole: true },
    mail,
    cache: { nodeType: 'cache.m7g.large', nodes: 2, zones: ['a', 'b'], secured: true },
  },
  /** As dev, but for what no emulator has; never deployed to AWS. The port is the emulator's usual one. */
  rehearsal: {
    ...dev,
    name: 'rehearsal',
    tablePrefix: 'rehearsal-',
    // An address, because an emulator has no DNS records to tell.
    mail: { ...mail, identity: mail.sender, makeIdentity: true },
    emulator: { url: 'http://localhost:4566', rulesBetweenGroups: 'left-out', alarms: 'of-one-metric' },
  },
};

/**
 * @param lookedUp what was looked up about a stage's existing tables
 * @throws Error with one line when there is no such stage
 */
export function stageOf(name: string, lookedUp: (stage: string) => unknown = existingTableFacts): Stage {
  const known = STAGE_NAMES.find((stage) => stage === name);
  if (!known) throw new Error(`"${name}" is not a stage; use one of ${STAGE_NAMES.join(', ')}`);
  // Where a stage gives no facts about existing tables, those that were looked up.
  return checkStage({ tableFacts: lookedUp(known), ...stages[known] });
}
