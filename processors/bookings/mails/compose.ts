/** The marketplace's mails about bookings: what the customer and the provider read on each occasion. Pure. */
import { layOut, type MailContent } from '../../../shared/mail/letter.ts';
import type { MailText } from '../../../shared/mail/mail.ts';
import { oneLine } from '../../../shared/mail/one-line.ts';
import type { BookingItem } from '../booking.ts';
import type { BookingMail, MailKind } from '../decide.ts';
import { amount, readableDate } from './values.ts';

export interface MailSettings {
  /** The marketplace's name: signs mails, and stands beside the sender's address. */
  readonly marketplace: string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA name, e.g. `America/Toronto`. */
  readonly timeZone: string;
  /** Where a booking is seen in the app, `{bookingId}` in its place; absent: mails carry no button. */
  readonly bookingUrl?: string;
}

/** Characters of what people wrote that a mail repeats. */
const LONGEST = { name: 80, detail: 300, notes: 800 };

export function compose(
  { kind, recipient, bookingId, booking }: BookingMail,
  settings: MailSettings,
): MailText {
  const occasion = OCCASIONS[kind](booking);
  const names = { customer: booking.customerName, provider: booking.providerName };
  return layOut({
    subject: occasion.subject,
    greeting: `Hello ${named(names[recipient], 'there')},`,
    paragraphs: occasion.paragraphs,
    facts: facts(occasion.facts, { bookingId, booking, settings }),
    signature: settings.marketplace,
    ...action(occasion.action, bookingId, settings),
  });
}

type Fact = keyof typeof FACTS;

interface Occasion extends Pick<MailContent, 'subject' | 'paragraphs'> {
  readonly facts: readonly Fact[];
  readonly action: string;
}

const FOR_CUSTOMER: readonly Fact[] = ['service', 'provider', 'date', 'address', 'price', 'notes', 'booking'];
const FOR_PROVIDER: readonly Fact[] = [
  'service',
  'customer',
  'phone',
  'address',
  'date',
  'price',
  'notes',
  'booking',
];
const VIEW = 'View the booking';

const OCCASIONS: Readonly<Record<MailKind, (booking: BookingItem) => Occasion>> = {
  'booking-received': (booking) => ({
    subject: `Booking received: ${service(booking)}`,
    paragraphs: [
      `We have received your booking and passed it on to ${provider(booking)}.`,
      'You will hear from us as soon as it is confirmed.',
    ],
    facts: FOR_CUSTOMER,
    action: VIEW,
  }),
  'new-booking': (booking) => ({
    subject: `New booking: ${service(booking)}`,
    paragraphs: [
      `${named(booking.customerName, 'A customer')} has made a booking with you.`,
      'Please log in to confirm it.',
    ],
    facts: FOR_PROVIDER,
    action: VIEW,
  }),
  'booking-confirmed': (booking) => ({
    subject: `Booking confirmed: ${service(booking)}`,
    paragraphs: [`${named(booking.providerName, 'Your provider')} has confirmed your booking.`],
    facts: FOR_CUSTOMER,
    action: VIEW,
  }),
  'booking-in-progress': (booking) => ({
    subject: `Work has begun: ${service(booking)}`,
    paragraphs: [`${named(booking.providerName, 'Your provider')} has begun to work on your booking.`],
    facts: FOR_CUSTOMER,
    action: VIEW,
  }),
  'booking-cancelled': (booking) => ({
    subject: `Booking cancelled: ${service(booking)}`,
    paragraphs: [`Your booking with ${provider(booking)} has been cancelled.`],
    facts: ['service', 'provider', 'date', 'booking'],
    action: VIEW,
  }),
  'review-request': (booking) => ({
    subject: `How was your service from ${provider(booking)}?`,
    paragraphs: [
      `Your booking with ${provider(booking)} has been completed.`,
      'We would love to hear about your experience: please leave a review. It helps other customers, and it helps good providers.',
    ],
    facts: ['service', 'provider', 'date', 'booking'],
    action: 'Rate and review',
  }),
  receipt: (booking) => ({
    subject: `Receipt: ${service(booking)}`,
    paragraphs: ['Thank you. We have received your payment.'],
    facts: ['service', 'provider', 'customer', 'address', 'date', 'total', 'booking'],
    action: VIEW,
  }),
};

interface FactSource {
  readonly bookingId: string;
  readonly booking: BookingItem;
  readonly settings: MailSettings;
}

const FACTS = {
  service: ['Service', ({ booking }: FactSource) => booking.serviceName],
  provider: ['Provider', ({ booking }: FactSource) => booking.providerName],
  customer: ['Customer', ({ booking }: FactSource) => booking.customerName],
  phone: ['Phone', ({ booking }: FactSource) => booking.customerPhone],
  address: ['Address', ({ booking }: FactSource) => booking.customerAddress],
  date: [
    'When',
    ({ booking, settings }: FactSource) => readableDate(booking.scheduledDate, settings.timeZone),
  ],
  price: ['Price', ({ booking, settings }: FactSource) => amount(booking.servicePrice, settings.currency)],
  total: [
    'Total paid',
    ({ booking, settings }: FactSource) => amount(booking.servicePrice, settings.currency),
  ],
  notes: ['Notes', ({ booking }: FactSource) => booking.notes],
  booking: ['Booking', ({ bookingId }: FactSource) => bookingId],
} as const;

/** What a booking lacks is left out. */
function facts(wanted: readonly Fact[], source: FactSource): readonly (readonly [string, string])[] {
  return wanted.flatMap((fact) => {
    const [name, read] = FACTS[fact];
    const value = oneLine(read(source) ?? '', fact === 'notes' ? LONGEST.notes : LONGEST.detail);
    return value === '' ? [] : [[name, value] as const];
  });
}

function action(label: string, bookingId: string, { bookingUrl }: MailSettings): Pick<MailContent, 'action'> {
  if (bookingUrl === undefined) return {};
  return {
    action: { label, url: bookingUrl.replaceAll('{bookingId}', () => encodeURIComponent(bookingId)) },
  };
}

function service({ serviceName }: BookingItem): string {
  return named(serviceName, 'home service');
}

function provider({ providerName }: BookingItem): string {
  return named(providerName, 'your provider');
}

function named(name: string | null | undefined, otherwise: string): string {
  return oneLine(name ?? '', LONGEST.name) || otherwise;
}
