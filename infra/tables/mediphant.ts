/** Mediphant's one table, whose EntityType says what a row is. */
import { all, key, type TableDefinitions } from './definition.ts';

export const mediphantTables = {
  data: {
    name: 'mediphant-data',
    key: key('PK', 'SK'),
    ttl: 'TTL',
    stream: false,
    indexes: { GSI1: all('GSI1PK', 'GSI1SK') },
  },
} satisfies TableDefinitions;
