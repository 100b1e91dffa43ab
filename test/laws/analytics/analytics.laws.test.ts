import { testLaws } from '../testing.ts';
import { analyticsLaws } from './analytics.laws.ts';

testLaws(analyticsLaws, 70);
