/** How a table is described as data: keys, indexes, expiry and stream; everything that all tables share is not repeated here. */
import type { Stage } from '../stages.ts';

/** An attribute of a key: text unless said to be a number. */
export type KeyAttribute = string | { readonly number: string };

export interface Key {
  readonly partition: KeyAttribute;
  readonly sort?: KeyAttribute;
}

export interface IndexDefinition {
  readonly key: Key;
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

export interface TableDefinition {
  /** The name in stage dev, and the table's name in settings. `<stage>` in it becomes the stage's name; any other name gets the stage's prefix. */
  readonly name: string;
  readonly key: Key;
  /** The number attribute, seconds since the epoch, after which DynamoDB deletes the item. */
  readonly ttl?: string;
  /** True: a stream with new and old images. */
  readonly stream: boolean;
  readonly indexes: Readonly<Record<string, IndexDefinition>>;
}

/** A system's tables by the name its stack and its stack outputs use for them. */
export type TableDefinitions = Readonly<Record<string, TableDefinition>>;

export const key = (partition: KeyAttribute, sort?: KeyAttribute): Key =>
  sort === undefined ? { partition } : { partition, sort };

export const numeric = (name: string): KeyAttribute => ({ number: name });

export const all = (partition: KeyAttribute, sort?: KeyAttribute): IndexDefinition => ({
  key: key(partition, sort),
  projection: 'ALL',
});

export const keysOnly = (partition: KeyAttribute, sort?: KeyAttribute): IndexDefinition => ({
  key: key(partition, sort),
  projection: 'KEYS_ONLY',
});

export function tableName(definition: TableDefinition, stage: Stage): string {
  const given = new Map(Object.entries(stage.tableNames ?? {})).get(definition.name);
  if (given !== undefined) return given;
  return definition.name.includes('<stage>')
    ? definition.name.replaceAll('<stage>', stage.name)
    : `${stage.tablePrefix}${definition.name}`;
}
