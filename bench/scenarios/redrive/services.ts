/** Queue, bucket, table and the products function in a process of their own, so that the operator's tool is measured alone. Told by messages. */
import { startRedriveEngines } from '../../../test/support/redrive-engines.ts';

/** What the parent is sent: first the endpoints, then for each message of its a fresh system's facts. */
const engines = await startRedriveEngines();
process.send?.(engines.endpoints);
process.on('message', async () => {
  const world = await engines.world();
  process.send?.(world.facts('products'));
});
process.on('disconnect', async () => {
  await engines.close();
  process.exit(0);
});
