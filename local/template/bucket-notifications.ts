/** Which queue hears of which new objects of a bucket. */

export interface BucketNotification {
  readonly bucketName: string;
  readonly queueName: string;
  readonly prefix: string;
  readonly suffix: string;
}

interface NotificationConfiguration {
  readonly QueueConfigurations?: readonly {
    readonly Event: string;
    readonly Queue: string;
    readonly Filter?: {
      readonly S3Key?: { readonly Rules?: readonly { readonly Name: string; readonly Value: string }[] };
    };
  }[];
}

export function queueNotifications(bucketName: string, configuration: unknown): BucketNotification[] {
  const { QueueConfigurations: queues = [] } = (configuration ?? {}) as NotificationConfiguration;
  return queues
    .filter(({ Event: event }) => event.startsWith('s3:ObjectCreated:'))
    .map(({ Queue: queueArn, Filter: filter }) => {
      const rules = filter?.S3Key?.Rules ?? [];
      const rule = (name: string) => rules.find(({ Name }) => Name.toLowerCase() === name)?.Value ?? '';
      return {
        bucketName,
        queueName: queueArn.split(':').at(-1) ?? '',
        prefix: rule('prefix'),
        suffix: rule('suffix'),
      };
    });
}
