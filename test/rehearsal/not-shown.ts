/** What a rehearsal on this emulator cannot show, and where it is shown instead. docs/rehearsal.md says the same at length. */
export interface NotShown {
  readonly what: string;
  readonly shownBy: string;
}

export const NOT_SHOWN: readonly NotShown[] = [
  {
    what: 'partial failures, bisect, attempts, S3 on-failure of a mapping',
    shownBy: "the simulator with the template's own properties (above)",
  },
  {
    what: 'time to live: no item expires, no such record comes',
    shownBy: 'the local run, and recorded streams',
  },
  { what: 'rights: every call is allowed', shownBy: 'infra/rights.test.ts, line by line; cdk-nag' },
  {
    what: 'networks, TLS, signed requests, users of the caches',
    shownBy: 'template tests; ACL tests on real Redis',
  },
  {
    what: 'tokens of a user pool: it has no keys of its own here',
    shownBy: "test/connections, with a pool's form of keys",
  },
  { what: 'alarms that fire, metrics of Lambda and SQS', shownBy: 'nothing but AWS' },
];
