/** The one place where dev, staging and prod differ; every value is checked before anything is built from it. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { checkStage, STAGE_NAMES, type Stage, type StageName } from './stage-schema.ts';

export type { Stage, StageName } from './stage-schema.ts';

/** Nobody can send from example.com: enter your own before the first deployment. */
const mail = {
  sender: 'bookings@example.com',
  marketplaceName: 'Home Services Marketplace',
  currency: 'CAD',
  timeZone: 'America/Toronto',
};

const stages: Readonly<Record<StageName, Stage>> = {
  dev: {
    name: 'dev',
    tablePrefix: '',
    data: 'destroy',
    deletionProtection: false,
    logRetentionDays: RetentionDays.ONE_WEEK,
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
  },
  staging: {
    name: 'staging',
    tablePrefix: 'staging-',
    data: 'retain',
    deletionProtection: false,
    logRetentionDays: RetentionDays.ONE_MONTH,
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
    data: 'retain',
    deletionProtection: true,
    logRetentionDays: RetentionDays.THREE_MONTHS,
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
};

/** @throws Error with one line when there is no such stage */
export function stageOf(name: string): Stage {
  const known = STAGE_NAMES.find((stage) => stage === name);
  if (!known) throw new Error(`"${name}" is not a stage; use one of ${STAGE_NAMES.join(', ')}`);
  return checkStage(stages[known]);
}
