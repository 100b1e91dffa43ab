/** Records that no delivery brings lie as dead letters; operators plan and redrive them, beside the live ones and beside each other. */
import { doorOf, type Operator, operate, planned } from '../operator.ts';
import type { World } from './world.ts';

export interface Operating {
  readonly operators: readonly Operator[];
  /** After all the others; undefined for none. */
  readonly lastOperator?: Operator | undefined;
}

export async function operateAll(world: World, { operators }: Operating): Promise<void> {
  const one = async (operator: Operator) => {
    await world.wait(operator.atMs);
    await operate([...world.withheld], operator, door(world));
  };
  await Promise.all(operators.map(one));
}

export async function operateLast(world: World, { lastOperator }: Operating): Promise<void> {
  if (lastOperator === undefined) return;
  await world.clock.runUntil(operate(world.withheld, lastOperator, door(world)));
}

/** Once all is settled a plan finds nothing to do; of an item that cannot be shown it may not know. */
export async function nothingIsLeft(world: World): Promise<string[]> {
  const { records, poison } = world.table;
  if (records.length === 0) return [];
  const plan = await world.clock.runUntil(planned(records, door(world)));
  return records.flatMap((record, index) => {
    const { verdict } = plan[index] ?? {};
    if (world.table.isSpoiled(record) || (verdict !== 'apply' && verdict !== undefined)) return [];
    return [
      `${record.eventID}${poison.has(record.eventID) ? ', poison,' : ''} is settled, and a plan says ${verdict}`,
    ];
  });
}

function door(world: World) {
  return doorOf(
    (event) => world.ask(event),
    (ms) => world.wait(ms),
  );
}
