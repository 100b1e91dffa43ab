/** A record as people read it: when it was made, and its images in one line each. What is no stream record is shown as it is. */
import { isObject, member } from './json.ts';

/** Names of lines and their texts. @param record masked or whole */
export function recordText(record: unknown): readonly (readonly [name: string, text: string])[] {
  const body = isObject(record) ? member(record, 'dynamodb') : undefined;
  const keys = isObject(body) ? member(body, 'Keys') : undefined;
  if (!isObject(body) || !isObject(keys)) return [['record', JSON.stringify(record)]];
  const images = (['OldImage', 'NewImage'] as const).flatMap((name) => {
    const image = member(body, name);
    return image === undefined ? [] : [{ name: name === 'OldImage' ? 'before' : 'after', image }];
  });
  if (images.length === 0 || images.some(({ image }) => !isObject(image)))
    return [['record', JSON.stringify(record)]];
  const madeAt = member(body, 'ApproximateCreationDateTime');
  return [
    ...(typeof madeAt === 'number' ? [['made', moment(madeAt)] as const] : []),
    ...images.map(({ name, image }) => [name, imageText(image, keys)] as const),
  ];
}

/** The key's attributes stand above. */
function imageText(image: unknown, keys: object): string {
  const attributes = Object.entries(isObject(image) ? image : {}).filter(
    ([name]) => !Object.hasOwn(keys, name),
  );
  return attributes.length === 0 ? '(the key alone)' : membersText(attributes);
}

function membersText(members: readonly (readonly [string, unknown])[]): string {
  return [...members]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}: ${attributeText(value)}`)
    .join(', ');
}

/** Kind, then value: `S onions`, `M {state: S ***}`. */
function attributeText(attribute: unknown): string {
  const [only, ...others] = isObject(attribute) ? Object.entries(attribute) : [];
  if (only === undefined || others.length > 0) return JSON.stringify(attribute);
  const [kind, value] = only;
  if (kind === 'M' && isObject(value)) return `M {${membersText(Object.entries(value))}}`;
  if (kind === 'L' && Array.isArray(value)) return `L [${value.map(attributeText).join(', ')}]`;
  return `${kind} ${typeof value === 'string' ? value || '""' : JSON.stringify(value)}`;
}

function moment(seconds: number): string {
  const at = new Date(seconds * 1000);
  return Number.isNaN(at.getTime()) ? String(seconds) : at.toISOString();
}
