/** What has to be known of a table that exists already, so that it can be attached to. */
import * as z from 'zod';

/** `name` of a text attribute, `name:N` of a number. Partition key first. */
const keySchema = z
  .array(z.string().regex(/^[^:]+(:[NB])?$/))
  .min(1)
  .max(2);

export const factsSchema = z.strictObject({
  arn: z
    .string()
    .regex(/^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]{3,255}$/, 'must be the ARN of a table'),
  /** Absent: the stream is off. */
  stream: z
    .strictObject({
      arn: z
        .string()
        .regex(
          /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/.+$/,
          'must be the ARN of a stream',
        ),
      viewType: z.enum(['NEW_AND_OLD_IMAGES', 'NEW_IMAGE', 'OLD_IMAGE', 'KEYS_ONLY']),
    })
    .optional(),
  key: keySchema,
  indexes: z.record(
    z.string(),
    z.strictObject({ key: keySchema, projection: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']) }),
  ),
  /** The attribute that items expire by. Absent: time to live is off. */
  ttl: z.string().optional(),
});

export type TableFacts = z.infer<typeof factsSchema>;
