/** What can differ between stages, what each value does, and which values are refused. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { bookingsEnvironment } from '../processors/bookings/environment.ts';
import { readAddress } from '../shared/mail/address.ts';
import { notBeforeSetting } from '../shared/stream/not-before.ts';
import { alarmsSchema, trailSchema } from './settings/alarms.ts';
import { EMULATED_STAGE, emulatorSchema } from './settings/emulator.ts';
import { streamsSchema } from './settings/streams.ts';
import { tableSettings, withoutStart } from './settings/tables.ts';

/** The last one is for `npm run rehearse`, and is deployed to an emulator. */
export const STAGE_NAMES = ['dev', 'staging', 'prod', EMULATED_STAGE] as const;

const LOG_RETENTION_DAYS = new Set(
  Object.values(RetentionDays).filter(
    (days): days is RetentionDays => typeof days === 'number' && days <= 3653,
  ),
);

const cacheSchema = z
  .strictObject({
    nodeType: z.string().startsWith('cache.'),
    /** The first is written to, the others take over. With one a restart empties the cache; readers then go to the table. */
    nodes: z.int().min(1).max(6),
    /** Availability zones by the letter after the region's name; a subnet in each. */
    zones: z
      .array(z.string().regex(/^[a-z]$/, 'must be one letter'))
      .min(1)
      .max(3),
    /** TLS, and nobody gets in but the function's role (IAM). Can be changed only by making the cache anew. */
    secured: z.boolean(),
  })
  .refine((cache) => cache.nodes === 1 || cache.zones.length > 1, {
    path: ['zones'],
    message: 'must be two or more with several nodes: they are there for the loss of a zone',
  });

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
    /**
     * A cache of its own for pages of product searches, which are forgotten when products change; a small node will do. Left out:
     * there is no such cache, and readers ask the domain.
     */
    queryCache: cacheSchema.optional(),
  })
  .refine((search) => search.instanceCount % search.zones === 0, {
    path: ['instanceCount'],
    message: 'must be a multiple of zones: the nodes are spread evenly',
  });

const webSocketSchema = z.strictObject({
  /** Messages and connections a second, of all clients together; more are refused (429), so nobody can run up a bill. */
  requestsPerSecond: z.int().min(1).max(10_000),
  /** How many may come at once. */
  burst: z.int().min(1).max(5_000),
  /** Whose tokens open a connection: the pool that the app signs its users in with. Without it the stack makes a pool of its own. */
  userPool: z
    .strictObject({
      id: z.string().regex(/^[a-z]{2,4}-[a-z-]+-\d_[A-Za-z0-9]+$/, 'must be <region>_<id>'),
      clientId: z.string().regex(/^[A-Za-z0-9]+$/, 'must be the id of an app client'),
    })
    .optional(),
  /**
   * True: the stack makes the role by which API Gateway writes access logs, and sets it for the whole account and region, which
   * have one such setting. Role and setting stay when the stack goes. False: another role is set there already, and stays.
   */
  setLogRole: z.boolean(),
});

/** What the bookings function would refuse at its start is refused here already, by the same rules. */
const { MARKETPLACE_NAME, MAIL_CURRENCY, MAIL_TIME_ZONE, MAIL_BOOKING_URL } = bookingsEnvironment.shape;

const mailSchema = z.strictObject({
  /** Where mails come from. The right to send compares it to the letter. */
  sender: z
    .string()
    .refine(isPlainAddress, 'must be an e-mail address as SES writes it: the domain in lower case ASCII'),
  /** The identity that is verified in SES: a domain or an address. Without it the sender's domain. */
  identity: z.string().min(1).optional(),
  /**
   * True: the stack makes the identity, and says as outputs which DNS records verify it; until they are there nothing is sent.
   * False: it is in SES already, as an identity of the account and region, of which there is one per name.
   */
  makeIdentity: z.boolean(),
  /** What mails are signed with. */
  marketplaceName: MARKETPLACE_NAME,
  /** Of all prices: the tables do not say. */
  currency: MAIL_CURRENCY,
  /** Dates in mails are given in it. */
  timeZone: MAIL_TIME_ZONE,
  /** The button in mails, with `{bookingId}` in it. Without it mails carry no button. */
  bookingUrl: MAIL_BOOKING_URL,
});

/**
 * Events from before are ignored. Set it when attaching to a table that is already in use, or everybody is told of the last 24
 * hours again; once, and never again: what happens between two values would be told to nobody, or twice. New tables need none.
 */
const startSchema = z
  .string()
  .refine(isMoment, 'must be a moment in whole seconds with its zone, e.g. 2026-03-17T00:00:00Z')
  .optional();

export const stageSchema = z
  .strictObject({
    name: z.enum(STAGE_NAMES),
    ...tableSettings,
    /** `destroy`: tables, queues and search index go when the stack goes. `retain`: they stay behind, and their names stay taken. */
    data: z.enum(['destroy', 'retain']),
    /** DynamoDB refuses to delete the tables until someone switches this off. */
    deletionProtection: z.boolean(),
    /** Days that function logs are kept. They hold keys, codes and counts, never images. */
    logRetentionDays: z.custom<RetentionDays>(
      (days) => LOG_RETENTION_DAYS.has(days as RetentionDays),
      `must be one of the days CloudWatch Logs knows: ${[...LOG_RETENTION_DAYS].join(', ')}`,
    ),
    alarms: alarmsSchema,
    trail: trailSchema,
    streams: streamsSchema,
    /** For each processor whose effects reach people. */
    notBefore: z.strictObject({ bids: startSchema, conversations: startSchema, bookings: startSchema }),
    search: searchSchema,
    webSocket: webSocketSchema,
    mail: mailSchema,
    cache: cacheSchema,
    /** Only of the stage that is rehearsed with: which emulator takes it, and what is left out for it. */
    emulator: emulatorSchema.optional(),
  })
  .superRefine((stage, context) => {
    for (const processor of withoutStart(stage)) {
      context.addIssue({
        code: 'custom',
        path: ['notBefore', processor],
        message:
          'is required because its table exists already: the moment of the first deployment, e.g. 2026-03-17T00:00:00Z',
      });
    }
    const isEmulated = stage.name === EMULATED_STAGE;
    if ((stage.emulator !== undefined) !== isEmulated) {
      context.addIssue({
        code: 'custom',
        path: ['emulator'],
        message: isEmulated
          ? 'is required: this stage is never deployed to AWS'
          : `is for the stage ${EMULATED_STAGE} alone: on AWS nothing would be reached with it`,
      });
    }
  });

export type Stage = z.infer<typeof stageSchema>;
export type CacheSettings = z.infer<typeof cacheSchema>;
export type StageName = (typeof STAGE_NAMES)[number];

/** @throws Error with one line that names every field that is wrong */
export function checkStage(stage: unknown): Stage {
  const result = stageSchema.safeParse(stage);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || 'stage'}: ${issue.message}`);
  throw new Error(inOneLine(`infra/stages.ts: ${faults.join('; ')}`));
}

/** A field that nobody knows is named, whatever its name is made of. */
function inOneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

function isMoment(text: string): boolean {
  return text !== '' && notBeforeSetting.safeParse(text).success;
}

function isPlainAddress(text: string): boolean {
  const read = readAddress(text);
  return read.kind === 'usable' && read.address === text;
}
