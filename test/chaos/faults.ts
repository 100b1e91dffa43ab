/** What can be done to which part of the running system, and what each of it stands for. */

/**
 * - kill: SIGKILL, started again a moment later (a function: when it is next invoked), with what it had on its disk.
 * - crash-loop: a function is killed as often as it is given a batch, until the mapping has given some of them up.
 * - lose: SIGKILL, and what it had on its disk is gone too.
 * - pause: SIGSTOP, then SIGCONT: it knows nothing of the time between.
 * - slow: what is sent to it and what it answers comes late.
 * - refuse: connections are refused, open ones are broken.
 * - cut: requests are carried out, and connections break in place of every second answer.
 * - throttle: every request is refused with the service's own word for too many.
 * - full: it takes no more (search: the write block of a full disk; cache: no more memory).
 */
export type Action =
  | 'kill'
  | 'crash-loop'
  | 'lose'
  | 'pause'
  | 'slow'
  | 'refuse'
  | 'cut'
  | 'throttle'
  | 'full';

export type TargetKind =
  | 'function'
  | 'mappings'
  | 'tables'
  | 'search'
  | 'cache'
  | 'queues'
  | 'buckets'
  | 'gateway';

export interface Target {
  readonly kind: TargetKind;
  /** Of the function's service, or of the system that has the tables; empty where there is one only. */
  readonly name: string;
}

export interface Fault {
  /** From the beginning of the load. */
  readonly atMs: number;
  /** Until it is taken back; 0 where it is over at once. */
  readonly forMs: number;
  readonly target: Target;
  readonly action: Action;
}

interface Span {
  readonly leastMs: number;
  readonly mostMs: number;
}

const AT_ONCE: Span = { leastMs: 0, mostMs: 0 };
const RESTART: Span = { leastMs: 100, mostMs: 2_500 };
const SHORT: Span = { leastMs: 500, mostMs: 4_000 };
const LONG: Span = { leastMs: 2_000, mostMs: 8_000 };

/**
 * What each part offers. Buckets are slowed only: what a mapping gives up is sent there once, and lost if the bucket refuses it, on AWS as
 * here; an outage of S3 is what the alarm on dropped events is for, and no state could equal the tables after it. Tables and queues are
 * never lost: nothing promises to bring them back.
 */
const OFFERED: Readonly<Record<TargetKind, readonly (readonly [Action, Span])[]>> = {
  function: [
    ['kill', AT_ONCE],
    ['crash-loop', { leastMs: 5_000, mostMs: 9_000 }],
    ['pause', LONG],
  ],
  mappings: [
    ['kill', RESTART],
    ['pause', LONG],
  ],
  tables: [
    ['kill', RESTART],
    ['pause', SHORT],
    ['slow', LONG],
    ['refuse', SHORT],
    ['cut', SHORT],
    ['throttle', SHORT],
  ],
  search: [
    ['kill', RESTART],
    ['lose', RESTART],
    ['pause', LONG],
    ['slow', LONG],
    ['refuse', LONG],
    ['cut', LONG],
    ['throttle', LONG],
    ['full', LONG],
  ],
  cache: [
    ['kill', RESTART],
    ['pause', LONG],
    ['slow', LONG],
    ['refuse', LONG],
    ['cut', LONG],
    ['full', LONG],
  ],
  queues: [
    ['kill', RESTART],
    ['pause', SHORT],
    ['slow', LONG],
    ['refuse', LONG],
    ['cut', LONG],
    ['throttle', LONG],
  ],
  buckets: [['slow', SHORT]],
  gateway: [
    ['slow', LONG],
    ['refuse', LONG],
    ['cut', SHORT],
    ['throttle', LONG],
  ],
};

export const offeredBy = (kind: TargetKind) => OFFERED[kind];

export function nameOf({ kind, name }: Target): string {
  return name === '' ? kind : `${kind} ${name}`;
}
