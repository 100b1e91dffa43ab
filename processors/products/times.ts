/** How long the functions beside the processor take at most: what their deployment gives them is more (infra/time-outs.test.ts). Milliseconds. */

/** For one attempt to have the cache forget, and for all of them. */
export const FORGET_ATTEMPT_MS = 2_500;
export const FORGET_MS = 9_000;

/** Left for the last attempt of a set-up to end and to be logged. */
export const SET_UP_RESERVE_MS = 25_000;
