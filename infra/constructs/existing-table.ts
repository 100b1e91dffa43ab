/**
 * A table that is there already: known by facts that were looked up or given, attached to and never changed. What would fail at
 * deployment, or silently at run time, fails here: a stream that is off or without both images, another key, a missing index.
 */
import type { TableFacts } from '../settings/table-facts.ts';
import type { Key, KeyAttribute, TableDefinition } from '../tables/definition.ts';
import type { SystemTable } from './tables.ts';

/** @param name of the table in this stage @throws Error with one line that says what is wrong and the way out */
export function existingTable(
  definition: TableDefinition,
  stage: string,
  name: string,
  facts: TableFacts | undefined,
): SystemTable {
  if (facts === undefined) {
    throw new Error(
      `table ${name}: it exists already, and nothing is known of it; run npm run synth -- --stage ${stage} --look-up, or give tableFacts in infra/stages.ts`,
    );
  }
  const [fault] = tableFaults(definition, name, facts);
  if (fault !== undefined) throw new Error(`table ${name}: ${fault}`);
  return {
    tableName: name,
    tableArn: facts.arn,
    tableStreamArn: facts.stream?.arn,
    indexArn(index) {
      const indexFault = faultOfIndex(definition, index, facts);
      if (indexFault !== undefined) throw new Error(`table ${name}: ${indexFault}`);
      return `${facts.arn}/index/${index}`;
    },
    mustExpire() {
      if (facts.ttl === definition.ttl) return;
      throw new Error(
        `table ${name}: items expire by ${facts.ttl ?? 'nothing'}, and processors write ${definition.ttl ?? 'nothing'} into them; switch on time to live for ${definition.ttl}, and look up again`,
      );
    },
  };
}

/** @returns one line for everything that the table lacks whatever is done with it; empty if nothing */
export function tableFaults(definition: TableDefinition, name: string, facts: TableFacts): string[] {
  const faults: string[] = [];
  if (!facts.arn.endsWith(`:table/${name}`)) faults.push(`its ARN is that of another table, ${facts.arn}`);
  if (!sameKey(facts.key, definition.key)) {
    faults.push(
      `its key is ${facts.key.join(', ')}, and processors go by ${inFacts(definition.key).join(', ')}`,
    );
  }
  if (!definition.stream) return faults;
  if (facts.stream === undefined) {
    faults.push(
      `its stream is off; switch it on (aws dynamodb update-table --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES), and look up again`,
    );
  } else if (facts.stream.viewType !== 'NEW_AND_OLD_IMAGES') {
    faults.push(
      `its stream has ${facts.stream.viewType}, and processors need NEW_AND_OLD_IMAGES; DynamoDB changes that only by switching the stream off and on, and who reads the old stream has to be attached to the new one`,
    );
  } else if (!facts.stream.arn.startsWith(`${facts.arn}/stream/`)) {
    faults.push(`its stream is that of another table, ${facts.stream.arn}`);
  }
  return faults;
}

function faultOfIndex(definition: TableDefinition, index: string, facts: TableFacts): string | undefined {
  const wanted = definition.indexes[index];
  const found = facts.indexes[index];
  if (wanted === undefined) return `infra/tables knows no index ${index}`;
  const key = inFacts(wanted.key).join(', ');
  if (found === undefined)
    return `it has no index ${index} (${key}), which a processor reads; add it, and look up again`;
  if (!sameKey(found.key, wanted.key)) {
    return `its index ${index} has the key ${found.key.join(', ')}, and a processor reads it by ${key}`;
  }
  if (wanted.projection === 'ALL' && found.projection !== 'ALL') {
    return `its index ${index} holds ${found.projection}, and a processor reads whole items from it; make it anew with all attributes`;
  }
  return undefined;
}

function sameKey(found: readonly string[], wanted: Key): boolean {
  return JSON.stringify(found) === JSON.stringify(inFacts(wanted));
}

/** A key as facts spell it: `name` of a text, `name:N` of a number. */
function inFacts({ partition, sort }: Key): string[] {
  const spelled = (attribute: KeyAttribute) =>
    typeof attribute === 'string' ? attribute : `${attribute.number}:N`;
  return [spelled(partition), ...(sort === undefined ? [] : [spelled(sort)])];
}
