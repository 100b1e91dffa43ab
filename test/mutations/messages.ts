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
];
