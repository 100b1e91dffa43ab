import { READERS } from './suites.ts';
import { testFuzz } from './testing.ts';

await testFuzz(READERS);
