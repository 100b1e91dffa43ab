/** What matters of a bucket, in one form: from its CloudFormation properties, and from what S3 says of it. Pure. */
import type { Description } from './field-differences.ts';

const FLAGS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'] as const;

type PublicAccess = { readonly [Flag in (typeof FLAGS)[number]]?: boolean | undefined };

/** Of AWS::S3::Bucket. */
export interface BucketProperties {
  readonly VersioningConfiguration?: { readonly Status?: string };
  readonly BucketEncryption?: {
    readonly ServerSideEncryptionConfiguration?: readonly {
      readonly ServerSideEncryptionByDefault?: { readonly SSEAlgorithm?: string };
    }[];
  };
  readonly PublicAccessBlockConfiguration?: PublicAccess;
  readonly NotificationConfiguration?: {
    readonly QueueConfigurations?: readonly {
      readonly Event?: string;
      readonly Filter?: { readonly S3Key?: { readonly Rules?: readonly Rule[] } };
    }[];
  };
}

interface Rule {
  readonly Name?: string | undefined;
  readonly Value?: string | undefined;
}

/** What S3 answers, question by question; a question that could not be asked is left out. */
export interface LiveBucket {
  readonly versioning?: string;
  readonly encryption?: string;
  readonly publicAccess?: PublicAccess;
  /** To the queues: which queue, of which events, with which rules. */
  readonly notifications?: readonly {
    readonly queueArn: string;
    readonly events: readonly string[];
    readonly rules: readonly Rule[];
  }[];
}

/** @param queueArn the one queue that is told; undefined where the bucket is no processor's */
export function bucketOfTemplate(
  properties: BucketProperties,
  queueArn: string | undefined,
): Required<LiveBucket> {
  const [encryption] = properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  return {
    versioning: properties.VersioningConfiguration?.Status ?? 'off',
    encryption: encryption?.ServerSideEncryptionByDefault?.SSEAlgorithm ?? DEFAULT_ENCRYPTION,
    publicAccess: properties.PublicAccessBlockConfiguration ?? {},
    notifications: (properties.NotificationConfiguration?.QueueConfigurations ?? []).map(
      ({ Event: event = '', Filter: filter }) => ({
        queueArn: queueArn ?? '',
        events: [event],
        rules: filter?.S3Key?.Rules ?? [],
      }),
    ),
  };
}

/** Since January 2023 (S3 user guide, "Setting default server-side encryption behavior"). */
export const DEFAULT_ENCRYPTION = 'AES256';

export function describeBucket({
  versioning,
  encryption,
  publicAccess,
  notifications,
}: LiveBucket): Description {
  const public_ = publicAccess && FLAGS.filter((flag) => publicAccess[flag] !== true);
  return {
    ...(versioning === undefined ? {} : { versioning }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(public_ === undefined
      ? {}
      : { publicAccess: public_.length === 0 ? 'blocked' : `not ${public_.join(', ')}` }),
    ...(notifications === undefined
      ? {}
      : {
          notifications:
            notifications
              // S3 may write `Prefix` where the template says `prefix`.
              .map(({ queueArn, events, rules }) => {
                const said = rules.map(
                  ({ Name: name = '', Value: value = '' }) => `${name.toLowerCase()} ${value}`,
                );
                return `${[...events].sort().join(', ')} of ${said.sort().join(', ') || 'all'} to ${queueArn}`;
              })
              .sort()
              .join('; ') || 'none',
        }),
  };
}
