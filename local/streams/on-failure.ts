/** Carries what a mapping gives up to its on-failure destination on the engines: a queue, or an object in a bucket. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Delivery } from '../event-source-mapping/index.ts';

export interface DestinationClients {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly queueUrl: (name: string) => string;
}

/** @returns what delivers; it rejects when the destination refuses */
export function onFailureDestinations(clients: DestinationClients): (delivery: Delivery) => Promise<void> {
  return async ({ destination, body, key }) => {
    const [, , service] = destination.split(':');
    const name = destination.split(':').at(-1) ?? '';
    switch (service) {
      case 'sqs':
        await clients.sqs.send(
          new SendMessageCommand({ QueueUrl: clients.queueUrl(name), MessageBody: body }),
        );
        return;
      case 's3':
        await clients.s3.send(
          new PutObjectCommand({
            Bucket: name,
            Key: key,
            Body: body,
            ContentType: 'application/octet-stream',
          }),
        );
        return;
      default:
        throw new Error(`the local run has no ${service ?? 'such'} destinations: ${destination}`);
    }
  };
}
