/** Where an audit trail can be kept: objects in a bucket, items in a table, lines in a file. Parts are added, never changed. */
import { appendFile } from 'node:fs/promises';
import { DescribeTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Problem } from '../../local/problem.ts';
import type { Clients } from '../system/system.ts';
import type { AuditLine } from './entry.ts';

export interface RunFacts {
  readonly run: string;
  readonly startedMs: number;
  readonly command: string;
}

export interface AuditPlaceWriter {
  /** As `--audit` takes it. */
  readonly title: string;
  /** `part`: from 0, each written once. */
  write(run: RunFacts, part: number, lines: readonly AuditLine[]): Promise<void>;
}

/** Of an object in the stage's own bucket; below it the day. */
export const AUDIT_PREFIX = 'audit';

/**
 * @param text as `--audit` takes it
 * @throws Problem when it names no place
 */
export function auditPlace(text: string, clients: Pick<Clients, 's3' | 'dynamodb'>): AuditPlaceWriter {
  const [, kind, rest = ''] = /^(s3|dynamodb|file):(.*)$/.exec(text) ?? [];
  switch (kind) {
    case 's3': {
      const [, bucket, prefix = ''] = /^\/\/([^/]+)\/?(.*)$/.exec(rest) ?? [];
      if (bucket !== undefined) return inBucket(clients, bucket, prefix.replace(/\/+$/, ''));
      break;
    }
    case 'dynamodb':
      if (rest !== '') return inTable(clients, rest);
      break;
    case 'file':
      if (rest !== '') return inFile(rest);
      break;
  }
  throw new Problem(`--audit: "${text}" is no place; use s3://bucket/prefix, dynamodb:table or file:path`);
}

export function inBucket(
  { s3 }: Pick<Clients, 's3'>,
  bucket: string,
  prefix: string = AUDIT_PREFIX,
): AuditPlaceWriter {
  return {
    title: `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`,
    async write(run, part, lines) {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: [...(prefix === '' ? [] : [prefix]), objectName(run, part)].join('/'),
          ContentType: 'application/x-ndjson',
          Body: linesText(lines),
        }),
      );
    },
  };
}

/** `<yyyy>/<mm>/<dd>/<hhmmss>-<command>-<run>.<part>.jsonl`, UTC: in the order of time, and a run's parts together. */
export function objectName({ run, startedMs, command }: RunFacts, part: number): string {
  const [day = '', time = ''] = new Date(startedMs).toISOString().split('T');
  const name = [time.slice(0, 8).replaceAll(':', ''), command.replace(/[^\w-]+/g, '-'), run].join('-');
  return `${day.replaceAll('-', '/')}/${name}.${String(part).padStart(4, '0')}.jsonl`;
}

/** Any table whose keys are texts: the partition key becomes `audit#<run>`, a sort key the part. */
function inTable({ dynamodb }: Pick<Clients, 'dynamodb'>, table: string): AuditPlaceWriter {
  const client = dynamodb(table);
  let keys: Promise<readonly string[]> | undefined;
  async function keysOfTable(): Promise<readonly string[]> {
    const { Table: described } = await client.send(new DescribeTableCommand({ TableName: table }));
    const schema = described?.KeySchema ?? [];
    const names = [...schema]
      .sort((a, b) => Number(a.KeyType === 'RANGE') - Number(b.KeyType === 'RANGE'))
      .flatMap(({ AttributeName: name }) => name ?? []);
    const other = described?.AttributeDefinitions?.find(
      ({ AttributeName: name = '', AttributeType: type }) => names.includes(name) && type !== 'S',
    );
    if (other !== undefined)
      throw new Problem(
        `--audit: the key ${other.AttributeName} of table ${table} is no text; use a table whose keys are`,
      );
    return names;
  }
  return {
    title: `dynamodb:${table}`,
    async write({ run, startedMs, command }, part, lines) {
      keys ??= keysOfTable();
      const [partition = '', sort] = await keys;
      const number = String(part).padStart(4, '0');
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            [partition]: { S: sort === undefined ? `audit#${run}#${number}` : `audit#${run}` },
            ...(sort === undefined ? {} : { [sort]: { S: number } }),
            startedAt: { S: new Date(startedMs).toISOString() },
            command: { S: command },
            lines: { L: lines.map((line) => ({ S: JSON.stringify(line) })) },
          },
        }),
      );
    },
  };
}

/** Readable by its owner only. */
function inFile(path: string): AuditPlaceWriter {
  return {
    title: `file:${path}`,
    write: (_run, _part, lines) => appendFile(path, linesText(lines), { mode: 0o600 }),
  };
}

const linesText = (lines: readonly AuditLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
