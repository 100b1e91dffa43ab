/**
 * Takes what is somebody's out of a stream record and leaves its shape: key structure, attribute names, kinds, lengths, signs and digits.
 * Records of one run stay related, since the same id becomes the same pseudonym. Whatever it is given, it never throws.
 */
import { randomBytes } from 'node:crypto';
import {
  filling,
  isPlainWord,
  otherNumber,
  otherText,
  pseudonymousEmail,
  pseudonymousKey,
  zeroDigits,
} from './fill.ts';
import { type Pseudonyms, pseudonyms } from './pseudonyms.ts';
import { compileRules, DEFAULT_RULES, type FindRule, type RedactionRules, type Rule } from './rules.ts';

export interface Redactor {
  /** @param record anything; what is no stream record loses all its texts */
  redact(record: unknown): unknown;
}

/**
 * @param secret what pseudonyms follow from; by default a new one that nobody keeps, so that nobody can try ids out
 */
export function createRedactor(
  rules: RedactionRules = DEFAULT_RULES,
  secret: Uint8Array = randomBytes(32),
): Redactor {
  const tools: Tools = { find: compileRules(rules), names: pseudonyms(secret) };
  return { redact: (record) => redactRecord(record, tools) };
}

interface Tools {
  readonly find: FindRule;
  readonly names: Pseudonyms;
}

const REDACT: Rule = { as: 'redact', names: 'keep' };
/** A name that a schema would have, keys of indexes too; others may be data, e.g. ids. */
const SCHEMA_NAME = /^(?:[A-Za-z_]{1,40}\d?|GSI\d[PS]K)$/;

/** What a record says of itself, in the form it must have to stay. */
const OPEN: Readonly<Record<string, RegExp>> = {
  eventID: /^[\w-]{1,64}$/,
  eventName: /^(INSERT|MODIFY|REMOVE)$/,
  eventVersion: /^[\d.]{1,10}$/,
  eventSource: /^aws:[\w-]{1,20}$/,
  awsRegion: /^[a-z\d-]{1,30}$/,
  ApproximateCreationDateTime: /^[\d.]{1,20}$/,
  SequenceNumber: /^\d{1,60}$/,
  SizeBytes: /^\d{1,9}$/,
  StreamViewType: /^[A-Z_]{1,30}$/,
};

const IMAGES = new Set(['Keys', 'NewImage', 'OldImage']);

function redactRecord(record: unknown, tools: Tools): unknown {
  if (!isObject(record)) return redactJson(record, tools);
  return mapMembers(record, tools, (name, value) => {
    if (name === 'dynamodb' && isObject(value))
      return mapMembers(value, tools, (inner, content) =>
        IMAGES.has(inner) && isObject(content)
          ? redactMap(content, [], REDACT, tools, 0)
          : member(inner, content),
      );
    if (name === 'userIdentity' && isObject(value))
      return mapMembers(value, tools, (_, text) => identity(text));
    if (name === 'eventSourceARN' && typeof value === 'string')
      return withoutAccount(value) ?? redactJson(value, tools);
    return member(name, value);
  });

  function member(name: string, value: unknown): unknown {
    const isOpen = typeof value === 'string' || typeof value === 'number';
    const form = Object.hasOwn(OPEN, name) ? OPEN[name] : undefined;
    return isOpen && form?.test(String(value)) ? value : redactJson(value, tools);
  }

  /** `Service` and the service's name, on deletions by time to live. */
  function identity(text: unknown): unknown {
    return text === 'Service' || text === 'dynamodb.amazonaws.com' ? text : redactJson(text, tools);
  }
}

const STREAM_ARN = /^(arn:[\w-]+:dynamodb:[\w-]*):\d*:(table\/[\w.-]+\/stream\/[\w.:-]+)$/;

function withoutAccount(arn: string): string | undefined {
  const [, service, stream] = STREAM_ARN.exec(arn) ?? [];
  return service === undefined ? undefined : `${service}:000000000000:${stream}`;
}

/** DynamoDB nests 32 levels deep (developer guide, "Constraints"); what is deeper is cut off, since no table can hold it. */
const DEEPEST = 64;

function redactMap(
  map: Record<string, unknown>,
  path: readonly string[],
  inherited: Rule,
  tools: Tools,
  depth: number,
): Record<string, unknown> {
  const entries = Object.entries(map).map(([name, value]) => {
    const inner = [...path, name];
    const shown = inherited.names === 'keep' && SCHEMA_NAME.test(name) ? name : tools.names.of(name);
    return [shown, redactAttribute(value, inner, tools.find(inner) ?? inside(inherited), tools, depth + 1)];
  });
  return Object.fromEntries(entries);
}

/** Names in a map of a map are its own matter. */
const inside = ({ as }: Rule): Rule => ({ as, names: 'keep' });

function redactAttribute(
  attribute: unknown,
  path: readonly string[],
  rule: Rule,
  tools: Tools,
  depth: number,
): unknown {
  if (depth > DEEPEST) return { NULL: true };
  if (!isObject(attribute) || Object.keys(attribute).length !== 1) return redactJson(attribute, tools);
  const [[type, content]] = Object.entries(attribute) as [[string, unknown]];
  const each = (members: readonly unknown[], change: (text: string) => string) =>
    members.map((one) => (typeof one === 'string' ? change(one) : redactJson(one, tools)));
  if (type === 'BOOL' && typeof content === 'boolean') return { BOOL: content };
  if (type === 'NULL' && content === true) return { NULL: true };
  if (type === 'S' && typeof content === 'string') return { S: redactText(content, rule, tools) };
  if (type === 'N' && typeof content === 'string') return { N: redactNumber(content, rule, tools) };
  if (type === 'B' && typeof content === 'string') return { B: otherBytes(content, tools) };
  if (type === 'M' && isObject(content)) return { M: redactMap(content, path, rule, tools, depth) };
  if (Array.isArray(content)) {
    if (type === 'L') {
      const inner = [...path, '[]'];
      const innerRule = tools.find(inner) ?? inside(rule);
      return { L: content.map((one) => redactAttribute(one, inner, innerRule, tools, depth + 1)) };
    }
    // Members of a set must stay different: pseudonyms do, fillings would not.
    if (type === 'SS')
      return {
        SS: each(content, (text) => (rule.as === 'keep' && isPlainWord(text) ? text : tools.names.of(text))),
      };
    if (type === 'NS') return { NS: each(content, (text) => pseudonymousNumber(text, tools)) };
    if (type === 'BS') return { BS: each(content, (text) => otherBytes(text, tools)) };
  }
  return redactJson(attribute, tools);
}

function redactText(text: string, { as }: Rule, { names }: Tools): string {
  switch (as) {
    case 'keep':
      return isPlainWord(text) ? text : otherText(text, names);
    case 'key':
      return pseudonymousKey(text, names, true);
    case 'id':
      return pseudonymousKey(text, names, false);
    case 'email':
      return pseudonymousEmail(text, names);
    case 'digits':
      return zeroDigits(text);
    case 'coarse':
    case 'redact':
      return otherText(text, names);
  }
}

function redactNumber(text: string, { as }: Rule, tools: Tools): string {
  const { names } = tools;
  switch (as) {
    case 'keep':
      return isWritten(text) ? text : filling(text);
    case 'coarse':
      if (!isWritten(text)) return filling(text);
      // Written so, its digits are the fraction.
      if (/[eE]-/.test(text)) return otherNumber(text, names);
      return text.replace(/\.\d+/, (fraction) => `.${'0'.repeat(fraction.length - 1)}`);
    case 'key':
    case 'id':
      return pseudonymousNumber(text, tools);
    case 'email':
    case 'digits':
    case 'redact':
      return otherNumber(text, names);
  }
}

/** An exponent is no part of an id: with other letters in it, it would be no number any more. */
function pseudonymousNumber(text: string, { names }: Tools): string {
  if (!isWritten(text)) return names.of(text);
  const [mantissa = '', exponent = ''] = text.split(/(?=[eE])/);
  return names.of(mantissa) + exponent;
}

/** As a number is: in an attribute that says it is one, anything may stand. */
function isWritten(text: string): boolean {
  return /^[+-]?[\d.]{1,40}([eE][+-]?\d{1,3})?$/.test(text);
}

/** Base64 of as many other bytes; what is no base64 is a text. */
function otherBytes(text: string, { names }: Tools): string {
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(text)) return filling(text);
  const bytes = names.bytes(text);
  const length = Buffer.byteLength(text, 'base64');
  return Buffer.from(Array.from({ length }, () => bytes.next().value)).toString('base64');
}

/** JSON of no known form: only its shape stays. */
function redactJson(value: unknown, tools: Tools, depth = 0): unknown {
  if (depth > 2 * DEEPEST) return null;
  if (typeof value === 'string') return filling(value);
  if (typeof value === 'number') return Number(otherNumber(String(value), tools.names));
  if (Array.isArray(value)) return value.map((one) => redactJson(one, tools, depth + 1));
  if (isObject(value)) return mapMembers(value, tools, (_, inner) => redactJson(inner, tools, depth + 1));
  return value;
}

function mapMembers(
  value: Record<string, unknown>,
  { names }: Tools,
  change: (name: string, member: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      SCHEMA_NAME.test(name) ? name : names.of(name),
      change(name, inner),
    ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
