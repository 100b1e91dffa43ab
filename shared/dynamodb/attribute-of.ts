/** Writes decoded values back as attribute values; numbers keep every digit they were read with. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Value } from '../stream/change.ts';

/** What was a set or binary when it was read comes back as a list or as base64 text. */
export function attributeOf(value: Value): AttributeValue {
  if (value === null) return { NULL: true };
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    case 'object':
      if (isList(value)) return { L: value.map(attributeOf) };
      return isRawNumber(value) ? { N: value.rawJSON } : { M: attributesOf(value) };
  }
}

export function attributesOf(item: { readonly [name: string]: Value }): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}

function isRawNumber(value: object): value is { readonly rawJSON: string } {
  return 'rawJSON' in value && JSON.stringify(value) === value.rawJSON;
}
