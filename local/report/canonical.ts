/** Two values are equal here when their JSON is, in whatever order their members stand. Only digests are held of what is compared in bulk. */
import { createHash } from 'node:crypto';

/** As it reads after a trip through JSON: digits beyond a double are lost on both sides alike. */
export const plain = <T extends object>(value: object): T => JSON.parse(JSON.stringify(value)) as T;

/** JSON with members in one order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** @param value as after a trip through JSON */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64').slice(0, 22);
}
