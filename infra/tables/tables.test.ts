/** Every table as its system defines it, written down a second time and in another form than the code's. */
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { type Resource, resources, type StackName, templatesOf } from '../testing.ts';

/** name: key [TTL attribute] [stream] / index(key) [projection], keys are text unless `:N`. */
type System = Exclude<StackName, 'operations'>;

const EXPECTED: Readonly<Record<System, readonly string[]>> = {
  ekBharath: [
    'ek-bharath-users: PK,SK stream / PhoneIndex(phone) ALL / LocationIndex(state,district) ALL / UserTypeIndex(user_type,created_at) ALL',
    'ek-bharath-products: PK,SK stream / CategoryIndex(category,created_at) ALL / LocationIndex(state,created_at) ALL / VendorIndex(vendor_id,created_at) ALL / StatusIndex(status,created_at) ALL / PriceIndex(category,price_sort_key) ALL',
    'ek-bharath-bids: PK,SK stream / BuyerIndex(buyer_id,created_at) ALL / StatusIndex(status,created_at) ALL / BuyerTypeIndex(buyer_type,created_at) ALL / VendorBidsIndex(vendor_id,created_at) ALL',
    'ek-bharath-conversations: PK,SK ttl=ttl stream / UserIndex(sender_id,created_at) ALL / RecipientIndex(recipient_id,created_at) ALL / UnreadIndex(recipient_id,read_status) ALL / LanguageIndex(source_lang,target_lang) KEYS_ONLY',
    'ek-bharath-price-history: PK,SK / ProductIndex(product_category,date) ALL / StateIndex(state,date) ALL',
    'ek-bharath-translation-cache: PK,SK ttl=ttl / LanguagePairIndex(source_lang,target_lang) ALL',
    'ek-bharath-user-sessions: PK,SK ttl=ttl / UserIndex(user_id,last_activity) ALL',
  ],
  marketplace: [
    'marketplace-dev-bookings-table: bookingId stream / providerBookings-index(providerId,scheduledDate) ALL / customerBookings-index(customerId,createdAt) ALL / status-index(status,createdAt) ALL / customerId-index(customerId) ALL',
    'marketplace-dev-idempotency-table: idempotencyKey ttl=ttl',
    'marketplace-dev-services-table: serviceId / category-index(category,price:N) ALL / providerServices-index(providerId,price:N) ALL',
    'marketplace-dev-providers-table: providerId / serviceType-index(serviceType,rating:N) ALL / location-index(serviceArea,rating:N) ALL / availability-index(isAvailable,responseTime:N) ALL',
    'marketplace-dev-reviews-table: reviewId / providerReviews-index(providerId,createdAt) ALL / bookingReviews-index(bookingId) ALL',
    'marketplace-dev-users-table: userId / email-index(email) ALL / userType-index(userType,createdAt) ALL',
  ],
  opportunityAnalysis: [
    'opportunity-analysis-results: id ttl=ttl stream',
    'opportunity-analysis-sessions: sessionId ttl=ttl stream',
    'opportunity-analysis-history: historyId,timestamp ttl=ttl stream / UserIdTimestampIndex(userId,timestamp) ALL / OpportunityNameTimestampIndex(opportunityName,timestamp) ALL / CustomerNameTimestampIndex(customerName,timestamp) ALL',
  ],
  mediphant: ['mediphant-data: PK,SK ttl=TTL / GSI1(GSI1PK,GSI1SK) ALL'],
};

interface KeySchema {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

interface TableProperties {
  readonly TableName: string;
  readonly KeySchema: readonly KeySchema[];
  readonly AttributeDefinitions: readonly { AttributeName: string; AttributeType: string }[];
  readonly TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
  readonly StreamSpecification?: { StreamViewType: string };
  readonly GlobalSecondaryIndexes?: readonly {
    IndexName: string;
    KeySchema: readonly KeySchema[];
    Projection: { ProjectionType: string; NonKeyAttributes?: unknown };
  }[];
}

function tablesIn(template: Template): Resource[] {
  return Object.values(resources(template, 'AWS::DynamoDB::Table'));
}

function inShort(table: Resource): string {
  const properties = table.Properties as unknown as TableProperties;
  const types = new Map(properties.AttributeDefinitions.map((a) => [a.AttributeName, a.AttributeType]));
  const keyInShort = (schema: readonly KeySchema[]) => {
    expect(schema.map((key) => key.KeyType)).toEqual(['HASH', 'RANGE'].slice(0, schema.length));
    return schema
      .map(({ AttributeName: name }) => (types.get(name) === 'S' ? name : `${name}:${types.get(name)}`))
      .join(',');
  };
  const ttl = properties.TimeToLiveSpecification;
  const stream = properties.StreamSpecification?.StreamViewType;
  const head = [
    `${properties.TableName}:`,
    keyInShort(properties.KeySchema),
    ...(ttl ? [`ttl=${ttl.Enabled ? ttl.AttributeName : 'off'}`] : []),
    ...(stream ? [stream === 'NEW_AND_OLD_IMAGES' ? 'stream' : stream] : []),
  ].join(' ');
  const indexes = (properties.GlobalSecondaryIndexes ?? []).map(
    (index) => `${index.IndexName}(${keyInShort(index.KeySchema)}) ${index.Projection.ProjectionType}`,
  );
  return [head, ...indexes].join(' / ');
}

const dev = templatesOf('dev');
const prod = templatesOf('prod');
const systems = Object.keys(EXPECTED) as System[];

describe('in stage dev', () => {
  test.each(systems)('the tables of %s are those its owners wrote down', (system) => {
    expect(tablesIn(dev[system]).map(inShort).sort()).toEqual([...EXPECTED[system]].sort());
  });

  test('there are seventeen tables and thirty-seven indexes', () => {
    const tables = systems.flatMap((system) => tablesIn(dev[system]));
    expect(tables).toHaveLength(17);
    expect(tables.flatMap((table) => table.Properties['GlobalSecondaryIndexes'] ?? [])).toHaveLength(37);
  });

  test('a table defines the attributes of its keys and no others', () => {
    for (const table of systems.flatMap((system) => tablesIn(dev[system]))) {
      const properties = table.Properties as unknown as TableProperties;
      const schemas = [
        properties.KeySchema,
        ...(properties.GlobalSecondaryIndexes ?? []).map((index) => index.KeySchema),
      ];
      const used = new Set(schemas.flat().map((key) => key.AttributeName));
      expect(new Set(properties.AttributeDefinitions.map((a) => a.AttributeName))).toEqual(used);
    }
  });

  test('every table is on demand, encrypted, recoverable for 35 days, and goes with its stack', () => {
    for (const table of systems.flatMap((system) => tablesIn(dev[system]))) {
      expect(table.Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        DeletionProtectionEnabled: false,
      });
      expect(table.Properties).not.toHaveProperty('ProvisionedThroughput');
      expect(table.DeletionPolicy).toBe('Delete');
    }
  });

  test('each table gives its name as an output, and its stream if it has one', () => {
    for (const system of systems) {
      const outputs = Object.entries(dev[system].toJSON()['Outputs'] as Record<string, { Value: unknown }>);
      for (const [id, table] of Object.entries(resources(dev[system], 'AWS::DynamoDB::Table'))) {
        const keys = outputs.filter(([, { Value: value }]) => JSON.stringify(value).includes(`"${id}"`));
        const streamed = table.Properties['StreamSpecification'] !== undefined;
        const own = keys.map(([key]) => key).filter((key) => /(?<!Mapping)Table(Name|StreamArn)$/.test(key));
        expect(own).toHaveLength(streamed ? 2 : 1);
      }
    }
  });
});

describe('in the other stages', () => {
  test('prod keeps its tables whatever happens to the stack', () => {
    for (const table of systems.flatMap((system) => tablesIn(prod[system]))) {
      expect(table.Properties['DeletionProtectionEnabled']).toBe(true);
      expect(table.DeletionPolicy).toBe('Retain');
    }
  });

  test('no table name is shared by two stages', () => {
    const names = [dev, templatesOf('staging'), prod].flatMap((templates) =>
      Object.values(templates).flatMap((template) =>
        tablesIn(template).map((table) => table.Properties['TableName']),
      ),
    );
    expect(new Set(names).size).toBe(3 * 17);
    expect(names).toContain('staging-ek-bharath-products');
    expect(names).toContain('marketplace-prod-bookings-table');
  });
});
