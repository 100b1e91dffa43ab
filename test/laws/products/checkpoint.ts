/** G4: the checkpoint never passes what is not done. What does not come again is in the index, or something later is. */
import type { StreamRecord } from './products-table.ts';
import type { Scenario, World } from './world.ts';

/** @param settled what a delivery of the mapping's left below the checkpoint */
export function notReached(
  world: World,
  settled: readonly StreamRecord[],
  { again, numbering, reconciles, withheld }: Scenario,
): readonly string[] {
  // Where positions prove nothing, an item that cannot be projected leaves its product as it was.
  if (again.length > 0 || numbering === 'aws-with-ties') return [];
  const { table, documents } = world;
  // So does an operator's write, which stands one above what it met, where the next record's position may be.
  const mayBeAhead = reconciles.length > 0 || withheld.length > 0;
  const known = settled.filter((record) => !(mayBeAhead && table.isSpoiled(record)));
  return [...new Set(known.map(({ eventID }) => eventID))].flatMap(
    (eventId) => table.notReached(eventId, documents) ?? [],
  );
}
