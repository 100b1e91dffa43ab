/** Opens the letters of several processors and gathers what a command is about; whatever is held goes back when they are closed. */
import type { Clock } from '../../shared/time/clock.ts';
import { type OpenLetters, openLetters } from '../dead-letters/letters.ts';
import type { Where } from '../dead-letters/where.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import type { Entry } from './entry.ts';
import { type Gathered, gather, limitTo } from './gather.ts';
import { type KeySchema, keySchemaOf } from './item-now.ts';
import type { Spill } from './spill.ts';

/** A processor's part of a run. */
export interface Share {
  readonly processor: ProcessorFacts;
  readonly letters: OpenLetters;
  readonly gathered: Gathered;
}

export interface SharePorts {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  readonly signal: AbortSignal;
  readonly spill: Spill;
  readonly onLetter: () => void;
  /** As `openLetters` takes them, with its defaults. */
  readonly visibilitySeconds?: number;
  readonly waitSeconds?: number;
  readonly mostHeld?: number;
}

export interface Choice {
  readonly where: Where;
  /** Records at most, the oldest first. */
  readonly limit: number | undefined;
}

/**
 * Each queue is asked until it says that it is empty, which takes a moment: all are asked at once.
 *
 * @throws Problem when one of them cannot be read; then nothing is held
 */
export async function withShares<T>(
  { clients, processors: all }: Pick<System, 'clients' | 'processors'>,
  processors: readonly ProcessorFacts[],
  { where, limit }: Choice,
  ports: SharePorts,
  use: (shares: readonly Share[]) => Promise<T>,
): Promise<T> {
  const schemaOf = keySchemas(clients);
  const partitionKeyOf = async (table: string) => (await schemaOf(table))?.partitionKey;
  const { spill, onLetter, ...options } = ports;
  const opened = processors.map((processor) => ({
    processor,
    letters: openLetters({ clients, processors: all }, processor, options),
  }));
  try {
    const gathering = opened.map(async ({ processor, letters }) => {
      const gathered = await gather({ letters, processor, where, spill, partitionKeyOf, onLetter });
      return { processor, letters, gathered };
    });
    await Promise.allSettled(gathering);
    const shares = await Promise.all(gathering);
    limitTo(shares.flatMap(chosenOf), limit);
    return await use(shares);
  } finally {
    await Promise.allSettled(opened.map(({ letters }) => letters.close()));
  }
}

export function chosenOf({ gathered }: Share): readonly Entry[] {
  return gathered.entries.filter(({ chosen }) => chosen);
}

/** Asked once per table. */
export function keySchemas(clients: System['clients']): (table: string) => Promise<KeySchema | undefined> {
  const known = new Map<string, Promise<KeySchema | undefined>>();
  return async (table) => {
    if (table === '') return undefined;
    const schema = known.get(table) ?? keySchemaOf(clients.dynamodb(table), table);
    known.set(table, schema);
    return schema;
  };
}
