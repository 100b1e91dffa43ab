/** What a stage may say about its tables: what they are called, which of them exist already, and what is known of those. */
import * as z from 'zod';
import type { TableDefinition } from '../tables/definition.ts';
import { ekBharathTables } from '../tables/ek-bharath.ts';
import { marketplaceTables } from '../tables/marketplace.ts';
import { mediphantTables } from '../tables/mediphant.ts';
import { opportunityAnalysisTables } from '../tables/opportunity-analysis.ts';
import { factsSchema } from './table-facts.ts';

export const ALL_TABLES: readonly TableDefinition[] = [
  ekBharathTables,
  marketplaceTables,
  opportunityAnalysisTables,
  mediphantTables,
].flatMap((tables) => Object.values(tables));

/** Tables are called here what `infra/tables/` calls them, whatever their names in the stage are. */
const tableKey = z.enum(ALL_TABLES.map(({ name }) => name));

export const tableFactsSchema = z.partialRecord(tableKey, factsSchema);

export const tableSettings = {
  /**
   * Put before every table's name that does not carry the stage itself. Empty means the owners' own names, so at most one
   * such stage can live in an account and region. Changing it makes CloudFormation create new, empty tables.
   */
  tablePrefix: z
    .string()
    .regex(/^([a-z0-9-]+-)?$/, 'must be empty, or lower case, digits and dashes ending in a dash'),
  /** Names of tables that are called otherwise in this stage. Changing one makes CloudFormation create a new, empty table. */
  tableNames: z
    .partialRecord(
      tableKey,
      z.string().regex(/^[\w.-]{3,255}$/, 'must be 3 to 255 letters, digits, underscores, dots and dashes'),
    )
    .optional(),
  /**
   * `new`: the stacks make the tables. `existing`: the processors are attached to tables that are there, and the stacks neither
   * make nor change nor delete any; a list says which of them are there, the others are made.
   */
  tables: z.union([z.enum(['new', 'existing']), z.strictObject({ existing: z.array(tableKey).min(1) })]),
  /** What is known of existing tables. Left out: what `npm run synth -- --look-up` wrote into `infra/existing/`. */
  tableFacts: tableFactsSchema.optional(),
};

/** Processors whose effects reach people, and the table that each follows. */
const FOLLOWED = {
  bids: ekBharathTables.bids.name,
  conversations: ekBharathTables.conversations.name,
  bookings: marketplaceTables.bookings.name,
} as const;

interface Attachment {
  readonly tables: 'new' | 'existing' | { readonly existing: readonly string[] };
}

export function tableExists({ tables }: Attachment, { name }: Pick<TableDefinition, 'name'>): boolean {
  return typeof tables === 'string' ? tables === 'existing' : tables.existing.includes(name);
}

/** @returns the processors that would tell people what happened before they were attached */
export function withoutStart(
  stage: Attachment & {
    readonly notBefore: Readonly<Partial<Record<keyof typeof FOLLOWED, string | undefined>>>;
  },
): (keyof typeof FOLLOWED)[] {
  const processors = Object.keys(FOLLOWED) as (keyof typeof FOLLOWED)[];
  return processors.filter(
    (name) => stage.notBefore[name] === undefined && tableExists(stage, { name: FOLLOWED[name] }),
  );
}
