/** Properties that must hold of random values, in tests: from `STREAMKEEPER_SEED` where it is set, so that the same values come again. */
import { fc, test } from '@fast-check/vitest';
import { seedIn } from './runs.ts';

const seed = seedIn(process.env);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { fc, test };
