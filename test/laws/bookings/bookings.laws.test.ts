import { testLaws } from '../testing.ts';
import { bookingsLaws } from './bookings.laws.ts';

testLaws(bookingsLaws, 100);
