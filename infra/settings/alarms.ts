/** What a stage may say about watching: who is told, how much its tables may be used, and whether access to them is recorded. */
import * as z from 'zod';
import { ALL_TABLES } from './tables.ts';

const ceilingSchema = z.strictObject({
  /** Read request units a second. */
  read: z.int().min(1),
  /** Write request units a second. */
  write: z.int().min(1),
});

export const alarmsSchema = z.strictObject({
  /** An SNS topic that every alarm reports to when it fires and when it is over. Left out: the stage makes one. */
  topicArn: z
    .string()
    .regex(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'must be the ARN of an SNS topic')
    .optional(),
  /** Who gets the stage's own topic by e-mail; SNS asks each for a confirmation. With nobody, alarms only change colour. */
  emails: z.array(z.email()),
  /** Alarms of all tables and their indexes: throttles, system errors, use. Some 22 USD a month. */
  tables: z.boolean(),
  /**
   * What a table or an index is expected to be used for at most; at 80 % of it an alarm warns. Nothing is throttled by it: on
   * demand, AWS serves up to the account's quota (40,000 a second and table unless raised), and bills it.
   */
  ceiling: ceilingSchema,
  /** For tables that are used more, or less, than others. */
  ceilings: z.partialRecord(z.enum(ALL_TABLES.map(({ name }) => name)), ceilingSchema).optional(),
});

/** CloudTrail's data events: who read or wrote which table, and which failure bucket, with which keys. Paid per event. */
export const trailSchema = z.boolean();
