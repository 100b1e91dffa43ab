import { testLaws } from '../testing.ts';
import { bidsLaws, conversationsLaws } from './notifications.laws.ts';

testLaws(bidsLaws, 70);
testLaws(conversationsLaws, 70);
