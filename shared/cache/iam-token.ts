/**
 * The short-lived password by which ElastiCache admits an IAM identity: a presigned request that is never sent
 * (ElastiCache user guide, "Authenticating with IAM"; signed as "AWS Signature Version 4 … query parameters" says).
 */
import { createHash, createHmac } from 'node:crypto';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface TokenRequest {
  /** Of the cache's user group; its name and id are the same. */
  readonly user: string;
  /** The replication group's id, lower case. */
  readonly cacheName: string;
  readonly region: string;
  readonly nowMs: number;
}

/** A token opens a connection for 15 minutes; the connection itself lives up to 12 hours. */
const LIFE_S = 900;
const ALGORITHM = 'AWS4-HMAC-SHA256';

export function iamToken(request: TokenRequest, credentials: SigningCredentials): string {
  const { user, cacheName, region, nowMs } = request;
  const time = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/elasticache/aws4_request`;
  const parameters: Record<string, string> = {
    Action: 'connect',
    User: user,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(LIFE_S),
    'X-Amz-SignedHeaders': 'host',
    ...(credentials.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': credentials.sessionToken }),
  };
  const query = Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name] ?? '')}`)
    .join('&');
  const canonical = ['GET', '/', query, `host:${cacheName}\n`, 'host', sha256('')].join('\n');
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n');
  const key = [day, region, 'elasticache', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  return `${cacheName}/?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
