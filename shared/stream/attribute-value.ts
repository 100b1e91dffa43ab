/** Decodes DynamoDB attribute values without losing anything: exact numbers, sets as arrays, binary as base64, any attribute name. */
import { convertToNative } from '@aws-sdk/util-dynamodb';
import type { Item, Value } from './change.ts';
import { exactNumber } from './exact-number.ts';

type Attribute = Parameters<typeof convertToNative>[0];

/** DynamoDB nests up to 32 levels deep (developer guide, "Constraints"); beyond that a record was not written by it. */
const MAX_DEPTH = 64;

/**
 * @param image a map of attribute names to attribute values in wire form, binary as base64 text or bytes
 * @throws {TypeError} naming the kind of what it met, never its content
 */
export function decodeImage(image: unknown): Item {
  return decodeMap(image, 0);
}

function decodeMap(map: unknown, depth: number): Item {
  if (!isObject(map)) throw new TypeError(`expected a map of attributes, got ${kindOf(map)}`);
  const item: Record<string, Value> = {};
  for (const name of Object.keys(map)) {
    const value = decodeValue(map[name], depth + 1);
    // Assigning it would set the prototype. Objects without one would not need this, but are several times slower to make and to read.
    if (name === '__proto__') Object.defineProperty(item, name, { value, ...ownProperty });
    else item[name] = value;
  }
  return item;
}

const ownProperty = { enumerable: true, writable: true, configurable: true };

function decodeValue(attribute: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) throw new TypeError(`attributes are nested deeper than ${MAX_DEPTH} levels`);
  if (!isObject(attribute)) throw new TypeError(`expected an attribute value, got ${kindOf(attribute)}`);
  const types = Object.keys(attribute);
  const type = types[0];
  if (type === undefined || types.length > 1) {
    throw new TypeError(`expected an attribute value with one type, got ${types.length}`);
  }
  const content = attribute[type];
  switch (type) {
    case 'S':
      return text(content, type);
    case 'N':
      return exactNumber(text(content, type));
    case 'BOOL':
      if (typeof content !== 'boolean') throw new TypeError(`BOOL holds ${kindOf(content)}`);
      return content;
    case 'M':
      return decodeMap(content, depth);
    case 'L':
      return list(content, type).map((element) => decodeValue(element, depth + 1));
    case 'NULL':
      return null;
    case 'B':
      return base64(content, type);
    case 'SS':
    case 'NS':
    case 'BS':
      return decodeSet(attribute as unknown as Attribute, list(content, type), type);
    default:
      throw new TypeError('unknown attribute type');
  }
}

function decodeSet(attribute: Attribute, members: readonly unknown[], type: 'SS' | 'NS' | 'BS'): Value {
  for (const member of members) {
    if (type === 'BS') base64(member, type);
    else text(member, type);
  }
  const set = convertToNative(attribute, { wrapNumbers: exactNumber }) as unknown as Set<Value | Uint8Array>;
  return [...set].map((member) => (member instanceof Uint8Array ? base64(member, type) : member));
}

function base64(content: unknown, type: string): string {
  return content instanceof Uint8Array ? Buffer.from(content).toString('base64') : text(content, type);
}

function text(content: unknown, type: string): string {
  if (typeof content !== 'string') throw new TypeError(`${type} holds ${kindOf(content)}`);
  return content;
}

function list(content: unknown, type: string): readonly unknown[] {
  if (!Array.isArray(content)) throw new TypeError(`${type} holds ${kindOf(content)}`);
  return content;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names what a value is without showing it: for messages that may reach a log. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}
