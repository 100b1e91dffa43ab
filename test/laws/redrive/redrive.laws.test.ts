import { testLaws } from '../testing.ts';
import { redriveLaws } from './redrive.laws.ts';

testLaws(redriveLaws, 200);
