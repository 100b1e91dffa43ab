/**
 * Records as they may be shown on a screen: keys, attribute names, kinds and sizes stay, values go. An empty text stays empty,
 * since that is often what was wrong.
 */
import { isObject, member } from './json.ts';

export const MASK = '***';

/** What a record says of itself, none of it the item's: names, numbers and ARNs. */
const OPEN_MEMBERS = new Set([
  'eventID',
  'eventName',
  'eventVersion',
  'eventSource',
  'awsRegion',
  'eventSourceARN',
  'ApproximateCreationDateTime',
  'SequenceNumber',
  'SizeBytes',
  'StreamViewType',
]);

const IMAGES = new Set(['NewImage', 'OldImage']);

const NAME = /^[\w.:/+-]{0,300}$/;

/** Anything may be given; what is no stream record is masked whole. */
export function maskedRecord(record: unknown): unknown {
  if (!isObject(record)) return masked(record);
  return mapMembers(record, (name, value) => {
    if (name === 'dynamodb' && isObject(value)) return maskedBody(value);
    if (name === 'userIdentity' && isObject(value)) return mapMembers(value, (_, text) => open(text));
    return OPEN_MEMBERS.has(name) ? open(value) : masked(value);
  });
}

function maskedBody(body: Record<string, unknown>): unknown {
  const keys = member(body, 'Keys');
  return mapMembers(body, (name, value) => {
    if (name === 'Keys') return isObject(value) ? mapMembers(value, (_, key) => openKey(key)) : masked(value);
    if (IMAGES.has(name) && isObject(value))
      return mapMembers(value, (attribute, content) =>
        isObject(keys) && Object.hasOwn(keys, attribute) ? openKey(content) : masked(content),
      );
    return OPEN_MEMBERS.has(name) ? open(value) : masked(value);
  });
}

/** A key attribute: text, a number or binary; anything else is no key. */
function openKey(attribute: unknown): unknown {
  if (!isObject(attribute)) return masked(attribute);
  return mapMembers(attribute, (type, value) =>
    typeof value === 'string' && ['S', 'N', 'B'].includes(type) ? value : masked(value),
  );
}

function open(value: unknown): unknown {
  return typeof value === 'number' || (typeof value === 'string' && NAME.test(value)) ? value : masked(value);
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (isObject(value))
    return mapMembers(value, (name, inner) => (name === 'NULL' && inner === true ? true : masked(inner)));
  return value === '' || value === null ? value : MASK;
}

/** Keeps every name, also `__proto__`. */
function mapMembers(
  value: Record<string, unknown>,
  change: (name: string, member: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(name, inner)]));
}
