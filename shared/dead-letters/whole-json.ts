/**
 * JSON text of what was read from JSON, however deep. `JSON.stringify` goes as deep as its thread's stack, a few thousand levels;
 * `JSON.parse`, which made the event, has no such end. A record that could be read and not be written would hold up its shard.
 */

/** @param value as `JSON.parse` makes it, or made of such values */
export function wholeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return withoutRecursion(value);
  }
}

/** Text that is written as it is, beside values that are still to be. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function withoutRecursion(root: unknown): string {
  const texts: string[] = [];
  const left: unknown[] = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (value instanceof Written) texts.push(value.text);
    else if (typeof value !== 'object' || value === null) texts.push(JSON.stringify(value) ?? 'null');
    // One by one: as arguments of one call they would be as many as the stack takes, some ten thousand.
    else for (const part of partsOf(value).reverse()) left.push(part);
  }
  return texts.join('');
}

function partsOf(value: object): unknown[] {
  if (Array.isArray(value))
    return [
      new Written('['),
      ...value.flatMap((element, at) => (at === 0 ? [element] : [new Written(','), element])),
      new Written(']'),
    ];
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const parts = members.flatMap(([name, member], at) => [
    new Written(`${at === 0 ? '' : ','}${JSON.stringify(name)}:`),
    member,
  ]);
  return [new Written('{'), ...parts, new Written('}')];
}
