/** What matters of a table, in one form: from its CloudFormation properties, and from what DynamoDB says of it. Pure. */
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { Description } from './field-differences.ts';

interface KeyPart {
  readonly AttributeName?: string | undefined;
  readonly KeyType?: string | undefined;
}

interface Attribute {
  readonly AttributeName?: string | undefined;
  readonly AttributeType?: string | undefined;
}

interface Index {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: readonly KeyPart[] | undefined;
  readonly Projection?:
    | {
        readonly ProjectionType?: string | undefined;
        readonly NonKeyAttributes?: readonly string[] | undefined;
      }
    | undefined;
}

/** Of AWS::DynamoDB::Table. */
export interface TableProperties {
  readonly KeySchema?: readonly KeyPart[];
  readonly AttributeDefinitions?: readonly Attribute[];
  readonly GlobalSecondaryIndexes?: readonly Index[];
  readonly StreamSpecification?: { readonly StreamViewType?: string };
  readonly TimeToLiveSpecification?: { readonly AttributeName?: string; readonly Enabled?: boolean };
  readonly PointInTimeRecoverySpecification?: { readonly PointInTimeRecoveryEnabled?: boolean };
  readonly DeletionProtectionEnabled?: boolean;
}

/** What more than DescribeTable has to be asked for; undefined where it could not be. */
export interface LiveExtras {
  /** The attribute's name, or `off`. */
  readonly timeToLive: string | undefined;
  readonly recovery: 'on' | 'off' | undefined;
}

export function tableOfTemplate(properties: TableProperties): Description {
  const { TimeToLiveSpecification: ttl, PointInTimeRecoverySpecification: recovery } = properties;
  return {
    ...keysAndIndexes(properties),
    stream: properties.StreamSpecification?.StreamViewType ?? 'off',
    timeToLive: (ttl?.Enabled === false ? undefined : ttl?.AttributeName) ?? 'off',
    recovery: recovery?.PointInTimeRecoveryEnabled === true ? 'on' : 'off',
    deletionProtection: properties.DeletionProtectionEnabled === true,
  };
}

export function tableOfLive(table: TableDescription, extras: LiveExtras): Description {
  const { StreamSpecification: stream } = table;
  return {
    ...keysAndIndexes(table),
    stream: (stream?.StreamEnabled === true ? stream.StreamViewType : undefined) ?? 'off',
    timeToLive: extras.timeToLive,
    recovery: extras.recovery,
    deletionProtection: table.DeletionProtectionEnabled === true,
  };
}

function keysAndIndexes(table: {
  readonly KeySchema?: readonly KeyPart[] | undefined;
  readonly AttributeDefinitions?: readonly Attribute[] | undefined;
  readonly GlobalSecondaryIndexes?: readonly Index[] | undefined;
}): Description {
  const types = new Map(
    (table.AttributeDefinitions ?? []).map(({ AttributeName: name, AttributeType: type }) => [name, type]),
  );
  const key = (schema: readonly KeyPart[] = []) =>
    [...schema]
      .sort((a, b) => Number(a.KeyType === 'RANGE') - Number(b.KeyType === 'RANGE'))
      .map(({ AttributeName: name }) => `${name} (${types.get(name)})`)
      .join(', ');
  return {
    key: key(table.KeySchema),
    indexes: Object.fromEntries(
      (table.GlobalSecondaryIndexes ?? []).map(
        ({ IndexName: name = '', KeySchema: schema, Projection: projection }) => [
          name,
          {
            key: key(schema),
            projection: [projection?.ProjectionType, ...(projection?.NonKeyAttributes ?? []).toSorted()].join(
              ' ',
            ),
          },
        ],
      ),
    ),
  };
}
