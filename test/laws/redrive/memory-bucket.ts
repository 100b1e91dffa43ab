/** A bucket in memory: small pages, and objects that are gone as S3 says it. */
import { Readable } from 'node:stream';

export interface MemoryBucket {
  put(key: string, body: string): void;
  get(key: string): { readonly Body: Readable; readonly ContentLength: number; readonly LastModified: Date };
  remove(key: string): void;
  list(prefix: string, from: string | undefined): Page;
  readonly objects: ReadonlyMap<string, string>;
}

interface Page {
  readonly Contents: readonly { readonly Key: string; readonly Size: number }[];
  readonly NextContinuationToken?: string;
}

/** So that every case has several. */
const PAGE = 2;

/** @param onRemoved told of what went, after it went */
export function memoryBucket(onRemoved: (body: string) => void): MemoryBucket {
  const objects = new Map<string, string>();
  return {
    objects,
    put: (key, body) => void objects.set(key, body),
    get(key) {
      const body = objects.get(key);
      if (body === undefined) throw Object.assign(new Error('there is no such key'), { name: 'NoSuchKey' });
      const bytes = Buffer.from(body);
      return { Body: Readable.from([bytes]), ContentLength: bytes.length, LastModified: new Date(0) };
    },
    remove(key) {
      const body = objects.get(key);
      if (!objects.delete(key) || body === undefined) return;
      onRemoved(body);
    },
    list(prefix, from = '') {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
      const page = keys.slice(0, PAGE);
      const last = page.at(-1);
      return {
        Contents: page.map((Key) => ({ Key, Size: 1 })),
        ...(keys.length > PAGE && last !== undefined ? { NextContinuationToken: last } : {}),
      };
    },
  };
}
