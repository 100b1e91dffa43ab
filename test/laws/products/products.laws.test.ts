import { testLaws } from '../testing.ts';
import { productsLaws } from './products.laws.ts';

testLaws(productsLaws, 200);
