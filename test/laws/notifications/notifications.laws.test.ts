import { testLaws } from '../testing.ts';
import { bidsLaws, conversationsLaws } from './notifications.laws.ts';

testLaws(bidsLaws, 60);
testLaws(conversationsLaws, 60);
