/**
 * The OpenSearch client as every part of this project uses it: one attempt per request, a time-out below the 30 s that
 * the projection's versions rely on, connections kept alive, and requests signed for an AWS domain if asked.
 */
import { Client, type Connection } from '@opensearch-project/opensearch';
import { giveAwsV4Signer } from '@opensearch-project/opensearch/lib/aws/shared.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type SearchSigning =
  | { readonly signing: 'none' }
  | {
      readonly signing: 'aws';
      readonly region: string;
      /**
       * Called before the first request and when the credentials are about to expire; those of any AWS SDK client will do
       * (`dynamodb.config.credentials`).
       */
      readonly credentials: () => Promise<Credentials>;
    };

export type SearchClientOptions = SearchSigning & {
  /** `http://…` or `https://…`, without credentials or path. */
  readonly endpoint: string;
  /** @default 20000 — range 1..29999 ms */
  readonly requestTimeoutMs?: number;
  /** Replaces the network in tests; not with `signing: 'aws'`. */
  readonly Connection?: typeof Connection;
};

/** Of a request, unless told otherwise. */
export const SEARCH_TIMEOUT_MS = 20_000;

const MAX_TIMEOUT_MS = 29_999;

/**
 * The client does not retry: its own retries skip 429 and send a 503 again at once. Whoever calls it waits and decides.
 *
 * @throws {TypeError} when an option cannot be used; the message names it
 */
export function createSearchClient(options: SearchClientOptions): Client {
  const { endpoint, requestTimeoutMs = SEARCH_TIMEOUT_MS } = options;
  if (!(requestTimeoutMs >= 1 && requestTimeoutMs <= MAX_TIMEOUT_MS)) {
    throw new TypeError(`requestTimeoutMs: is out of range; give 1 to ${MAX_TIMEOUT_MS} ms`);
  }
  return new Client({
    node: checkEndpoint(endpoint),
    maxRetries: 0,
    requestTimeout: requestTimeoutMs,
    // One node: a ping before "reviving" it would only be one more request to fail.
    resurrectStrategy: 'none',
    ...transportOf(options),
  });
}

/** @returns the endpoint as it was given. @throws {TypeError} which says what is wrong with it, without quoting it */
export function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('endpoint: is no URL; give http://host:port or https://host');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('endpoint: holds a user name or password; leave it out and use signing: aws');
  }
  return endpoint;
}

function transportOf(options: SearchClientOptions) {
  switch (options.signing) {
    case 'none':
      return options.Connection ? { Connection: options.Connection } : {};
    case 'aws':
      if (options.Connection) {
        throw new TypeError('Connection: cannot be replaced with signing: aws; give signing: none');
      }
      return giveAwsV4Signer(options.credentials)({
        region: options.region,
        service: 'es',
        getCredentials: options.credentials,
      });
  }
}
