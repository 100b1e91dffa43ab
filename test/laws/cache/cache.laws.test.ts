import { testLaws } from '../testing.ts';
import { analysisResultsLaws } from './cache.laws.ts';

testLaws(analysisResultsLaws, 300);
