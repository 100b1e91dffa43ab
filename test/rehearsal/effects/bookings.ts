/** Bookings send mails, and reviews become ratings. */
import { bookingImage, providerImage, reviewImage, serviceImage } from '../../support/booking.ts';
import type { Deployed } from '../deployed.ts';
import type { Ledger } from '../ledger.ts';
import { seen } from '../wait.ts';

export async function proveBookings(ledger: Ledger, stage: Deployed): Promise<void> {
  const { clock } = stage;
  const table = (role: string) => stage.table('marketplace', role);
  const mailsTo = async (address: string) => (await stage.mails()).filter(({ To }) => To.includes(address));
  await ledger.prove('bookings', 'a booking is mailed to provider and customer, once each', async () => {
    await stage.put(table('providers'), providerImage('p1'));
    await stage.put(table('services'), serviceImage('s1'));
    await stage.put(table('bookings'), bookingImage('b1'));
    const addresses = ['pat@example.com', 'asha@example.com'];
    const mails = await seen(clock, `mails to ${addresses.join(' and ')}`, async () => {
      const found = await Promise.all(addresses.map(mailsTo));
      return found.every(({ length }) => length > 0) && found.flat();
    });
    if (mails.length !== addresses.length) throw new Error(`${mails.length} mails were sent`);
    return mails.map(({ Subject }) => `“${Subject}”`).join(', ');
  });
  await ledger.prove('bookings', 'a review becomes the rating of provider and service', async () => {
    await stage.put(table('reviews'), reviewImage('r1', 'b1', { rating: 4 }));
    await stage.put(table('bookings'), bookingImage('b1', { status: 'COMPLETED', isReviewed: true }));
    const [provider, service] = await seen(clock, 'the rating', async () => {
      const rated = await Promise.all([
        stage.item(table('providers'), { providerId: { S: 'p1' } }),
        stage.item(table('services'), { serviceId: { S: 's1' } }),
      ]);
      return rated.every((item) => item?.['reviewCount']?.N === '1') && rated;
    });
    return `provider ${provider?.['rating']?.N}, service ${service?.['rating']?.N}, of 1 review`;
  });
}
