/** The one place where dev, staging and prod differ; every value is checked before anything is built from it. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';

const STAGE_NAMES = ['dev', 'staging', 'prod'] as const;

const LOG_RETENTION_DAYS = new Set(
  Object.values(RetentionDays).filter(
    (days): days is RetentionDays => typeof days === 'number' && days <= 3653,
  ),
);

const searchSchema = z
  .strictObject({
    /** Decides memory, and with it how many shards and how large a bulk the domain bears. Changing it is a blue/green deployment. */
    instanceType: z.string().endsWith('.search'),
    /** With one node a restart is an outage: the processor holds its batches for up to six hours, searches fail meanwhile. */
    instanceCount: z.int().min(1),
    /** Availability zones the nodes are spread over. */
    zones: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    /** Nodes that only keep the cluster's state; AWS asks for three (or none) in a cluster that must survive the loss of a zone. */
    dedicatedMasters: z.union([z.literal(0), z.literal(3), z.literal(5)]),
    /** gp3, GiB, per node. Growing it is a blue/green deployment; it cannot shrink below what is used. */
    volumeGb: z.int().min(10).max(3072),
  })
  .refine((search) => search.instanceCount % search.zones === 0, {
    path: ['instanceCount'],
    message: 'must be a multiple of zones: the nodes are spread evenly',
  });

const stageSchema = z.strictObject({
  name: z.enum(STAGE_NAMES),
  /**
   * Put before every table's name that does not carry the stage itself. Empty means the owners' own names, so at most one
   * such stage can live in an account and region. Changing it makes CloudFormation create new, empty tables.
   */
  tablePrefix: z
    .string()
    .regex(/^([a-z0-9-]+-)?$/, 'must be empty, or lower case, digits and dashes ending in a dash'),
  /** `destroy`: tables, queues and search index go when the stack goes. `retain`: they stay behind, and their names stay taken. */
  data: z.enum(['destroy', 'retain']),
  /** DynamoDB refuses to delete the tables until someone switches this off. */
  deletionProtection: z.boolean(),
  /** Days that function logs are kept. They hold keys, codes and counts, never images. */
  logRetentionDays: z.custom<RetentionDays>(
    (days) => LOG_RETENTION_DAYS.has(days as RetentionDays),
    `must be one of the days CloudWatch Logs knows: ${[...LOG_RETENTION_DAYS].join(', ')}`,
  ),
  /** Every alarm reports to this SNS topic when it fires and when it is over. Without it alarms only change colour in the console. */
  alarmTopicArn: z.string().startsWith('arn:').optional(),
  search: searchSchema,
});

export type Stage = z.infer<typeof stageSchema>;
export type StageName = (typeof STAGE_NAMES)[number];

/** @throws Error with one line that names every field that is wrong */
export function checkStage(stage: unknown): Stage {
  const result = stageSchema.safeParse(stage);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'stage'}: ${issue.message}`);
  throw new Error(`infra/stages.ts: ${faults.join('; ')}`);
}

const stages: Readonly<Record<StageName, Stage>> = {
  dev: {
    name: 'dev',
    tablePrefix: '',
    data: 'destroy',
    deletionProtection: false,
    logRetentionDays: RetentionDays.ONE_WEEK,
    search: {
      instanceType: 't3.small.search',
      instanceCount: 1,
      zones: 1,
      dedicatedMasters: 0,
      volumeGb: 20,
    },
  },
  staging: {
    name: 'staging',
    tablePrefix: 'staging-',
    data: 'retain',
    deletionProtection: false,
    logRetentionDays: RetentionDays.ONE_MONTH,
    search: {
      instanceType: 'm6g.large.search',
      instanceCount: 2,
      zones: 2,
      dedicatedMasters: 0,
      volumeGb: 50,
    },
  },
  prod: {
    name: 'prod',
    tablePrefix: 'prod-',
    data: 'retain',
    deletionProtection: true,
    logRetentionDays: RetentionDays.THREE_MONTHS,
    search: {
      instanceType: 'm6g.large.search',
      instanceCount: 3,
      zones: 3,
      dedicatedMasters: 3,
      volumeGb: 100,
    },
  },
};

/** @throws Error with one line when there is no such stage */
export function stageOf(name: string): Stage {
  const known = STAGE_NAMES.find((stage) => stage === name);
  if (!known) throw new Error(`"${name}" is not a stage; use one of ${STAGE_NAMES.join(', ')}`);
  return checkStage(stages[known]);
}
