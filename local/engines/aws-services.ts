/** SQS and S3 in this process (fauxqs). What it accepts and never does, bucket notifications, is done here. */
import { type FauxqsServer, type S3SpyEvent, type SpyMessage, startFauxqs } from 'fauxqs';
import { lineOf, Problem } from '../problem.ts';
import type { BucketNotification } from '../template/bucket-notifications.ts';
import { type NewObject, objectCreatedEvent } from './object-created-event.ts';
import { choosePort } from './port.ts';

export interface AwsServices {
  /** Of SQS, and of S3 unless it has one of its own. */
  readonly endpoint: string;
  readonly s3Endpoint?: string;
  /** From now on, each new object that matches is announced to its queue. */
  notify(notifications: readonly BucketNotification[]): void;
  stop(): Promise<void>;
}

export interface AwsServicesOptions {
  readonly region: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Where queues and objects are kept; absent: in memory. */
  readonly dataDir?: string | undefined;
  /** A notification that could not be made or sent. */
  readonly warn: (line: string) => void;
}

/** @throws Problem when the port is taken or the kept data cannot be read */
export async function startAwsServices(options: AwsServicesOptions): Promise<AwsServices> {
  const { region, dataDir, warn } = options;
  const port = await choosePort(options.port, '--aws-port');
  let server: FauxqsServer;
  try {
    server = await startFauxqs({
      port,
      host: '127.0.0.1',
      logger: false,
      defaultRegion: region,
      messageSpies: { bufferSize: 1000 },
      ...(dataDir === undefined ? {} : { dataDir }),
    });
  } catch (error) {
    throw new Problem(`SQS and S3 do not start: ${lineOf(error)}; give another --aws-port or --keep folder`);
  }
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    notify(notifications) {
      announceNewObjects(server, async ({ bucket, key, timestamp }) => {
        for (const { queueName } of notifications.filter(matches(bucket, key))) {
          try {
            const object = await describeObject(endpoint, bucket, key, timestamp);
            server.sendMessage(queueName, JSON.stringify(objectCreatedEvent(object, region)), { region });
          } catch (error) {
            warn(`bucket ${bucket}: its queue ${queueName} was not told of a new object (${lineOf(error)})`);
          }
        }
      });
    },
    stop: () => server.stop(),
  };
}

const matches =
  (bucket: string, key: string) =>
  (notification: BucketNotification): boolean =>
    notification.bucketName === bucket &&
    key.startsWith(notification.prefix) &&
    key.endsWith(notification.suffix);

/** The spy keeps the last thousand events; each is waited for apart, so none of a burst is passed over. */
function announceNewObjects(server: FauxqsServer, announce: (object: S3SpyEvent) => Promise<void>): void {
  const seen = new WeakSet<SpyMessage>();
  const isNew = (message: SpyMessage) =>
    message.service === 's3' &&
    (message.status === 'uploaded' || message.status === 'copied') &&
    !seen.has(message);
  const next = () => {
    server.spy.waitForMessage(isNew).then(
      async (message) => {
        seen.add(message);
        next();
        await announce(message as S3SpyEvent);
      },
      // The spy rejects its waiters when the server stops.
      () => {},
    );
  };
  next();
}

async function describeObject(
  endpoint: string,
  bucket: string,
  key: string,
  createdAtMs: number,
): Promise<NewObject> {
  const path = key.split('/').map(encodeURIComponent).join('/');
  const head = await fetch(`${endpoint}/${bucket}/${path}`, { method: 'HEAD' });
  if (!head.ok) throw new Error(`HEAD answered ${head.status}`);
  return {
    bucket,
    key,
    createdAtMs,
    bytes: Number(head.headers.get('content-length') ?? 0),
    etag: (head.headers.get('etag') ?? '').replaceAll('"', ''),
  };
}
