/** Bugs of what happens once: claims, their lives, and who asks for them. */
import type { Mutation } from './mutation.ts';

export const messages: readonly Mutation[] = [
  {
    name: 'idempotency-window-of-an-hour',
    bug: 'what was done is forgotten after an hour, and letters live for days',
    file: 'shared/idempotency/once.ts',
    edits: [{ find: 'export const WINDOW_S = 15 * 24 * 3600;', replace: 'export const WINDOW_S = 3600;' }],
    law: 'bookings/again',
    seed: 1,
  },
  {
    name: 'stale-claim-respected',
    bug: 'a claim that outlived its maker is waited for, for ever',
    file: 'shared/idempotency/claims.ts',
    edits: [
      {
        find: 'return found.owner !== owner && found.untilMs > clock.now();',
        replace: 'return found.owner !== owner;',
      },
    ],
    law: 'bookings/crashes',
    seed: 1,
  },
  {
    name: 'stale-claim-trusted',
    bug: 'a claim that outlived its maker is taken for a completion',
    file: 'shared/idempotency/claims.ts',
    edits: [{ find: 'stale ||= found.owner !== owner;', replace: 'return completed(undefined);' }],
    law: 'bookings/crashes',
    seed: 1,
  },
  {
    name: 'mail-without-a-claim',
    bug: 'a mail goes out at every delivery',
    file: 'processors/bookings/mails/deliver.ts',
    edits: [
      {
        find: 'await ports.once(mailKey(change, mail), context, send(mail, ports));',
        replace: 'await send(mail, ports)(context.deadline.signal);',
      },
    ],
    law: 'bookings/again',
    seed: 1,
  },
  {
    name: 'claim-of-an-event-alone',
    bug: 'of two notifications about one event the second is taken for done',
    file: 'shared/notifications/notifier.ts',
    edits: [
      {
        find: 'return { eventId, recipient, kind: notification.type };',
        replace: 'return { eventId };',
      },
    ],
    law: 'bids/calm',
    seed: 1,
  },
  {
    name: 'wrong-party-told',
    bug: 'the vendor hears what the vendor decided, and the buyer does not',
    file: 'processors/bids/decide.ts',
    edits: [
      {
        find: "recipients.push(['buyer_id', (bid) => statusUpdate",
        replace: "recipients.push(['vendor_id', (bid) => statusUpdate",
      },
    ],
    law: 'bids/calm',
    seed: 1,
  },
  {
    name: 'language-of-another-session',
    bug: 'all sessions of a user are written to in the language of the first',
    file: 'shared/notifications/delivery.ts',
    edits: [{ find: 'session.language ?? otherwise', replace: 'live[0]?.language ?? otherwise' }],
    law: 'bids/calm',
    seed: 1,
  },
  {
    name: 'young-session-forgotten',
    bug: 'a connection that the API does not know yet is taken for gone',
    file: 'shared/notifications/delivery.ts',
    edits: [{ find: ' && isSettled(session, clock.now())', replace: '' }],
    law: 'conversations/calm',
    seed: 1,
  },
  {
    name: 'push-limit-in-characters',
    bug: 'what a push may have in bytes is counted in characters',
    file: 'shared/notifications/push-body.ts',
    edits: [{ find: 'Buffer.byteLength(whole)', replace: 'whole.length' }],
    law: 'bids/calm',
    seed: 1,
  },
  {
    name: 'metric-by-what-people-wrote',
    bug: 'a metric is told apart by whatever stands in an item',
    file: 'shared/notifications/metric-values.ts',
    edits: [{ find: 'name?.toLowerCase()) ?? OTHER', replace: 'name?.toLowerCase()) ?? name ?? OTHER' }],
    law: 'bids/calm',
    seed: 1,
  },
  {
    name: 'error-text-logged',
    bug: 'a failure is named by what a dependency says of it, which quotes an item',
    file: 'shared/stream/failure-of.ts',
    edits: [{ find: "return { code: code ?? 'UNEXPECTED_ERROR'", replace: 'return { code: thrown.message' }],
    law: 'bids/outages',
    seed: 1,
  },
  {
    name: 'paused-account-is-poison',
    bug: 'what SES says of the account is taken for what it says of the mail',
    file: 'shared/mail/ses.ts',
    edits: [
      {
        find: "'MessageRejected']",
        replace: "'MessageRejected', 'SendingPausedException', 'TooManyRequestsException']",
      },
    ],
    law: 'bookings/outages',
    seed: 1,
  },
  {
    name: 'refused-mail-tried-for-ever',
    bug: 'a mail that SES never takes holds its shard up',
    file: 'shared/mail/ses.ts',
    edits: [
      {
        find: "new Set(['BadRequestException', 'MessageRejected'])",
        replace: "new Set(['BadRequestException'])",
      },
    ],
    law: 'bookings/calm',
    seed: 1,
  },
  {
    name: 'later-review-of-a-booking-counts',
    bug: 'of two reviews of one booking the later counts',
    file: 'processors/bookings/ratings/rate.ts',
    edits: [{ find: 'else if (!ofBooking.has(name)) ofBooking', replace: 'else ofBooking' }],
    law: 'bookings/calm',
    seed: 1,
  },
  {
    name: 'second-notification-lost',
    bug: 'of two notifications about one event one that failed is taken for done when the other was given',
    file: 'shared/notifications/notifier.ts',
    edits: [{ find: "outcomes.find(({ kind }) => kind === 'transient') ??", replace: '' }],
    law: 'bids/requests',
    seed: 1,
  },
];
