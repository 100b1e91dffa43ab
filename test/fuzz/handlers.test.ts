import { FUNCTIONS } from './suites.ts';
import { testFuzz } from './testing.ts';

await testFuzz(FUNCTIONS);
