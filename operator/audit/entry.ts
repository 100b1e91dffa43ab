/** What the audit trail says of one run of a command: who began it, on what, why, what became of each record, how it ended. Keys and codes only. */

export interface AuditStart {
  readonly event: 'start';
  /** Tells the run's lines from others'. */
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
  readonly who: Who;
  readonly stage: string;
  /** As `streamkeeper` calls it, e.g. `dlq redrive`. */
  readonly command: string;
  /** As typed. */
  readonly arguments: readonly string[];
  readonly reason?: string;
}

/** What became of one record or thing. */
export interface AuditResult {
  readonly processor?: string;
  readonly eventId?: string;
  /** Of the item, or what else was acted on. */
  readonly key?: string;
  /** What was done, or why not: a word or a stable code, e.g. `applied`, `discarded`. */
  readonly result: string;
  /** Of a failure. */
  readonly code?: string;
}

export interface AuditEnd {
  readonly event: 'end';
  readonly run: string;
  readonly at: string;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  /** Totals by result. */
  readonly results: Readonly<Record<string, number>>;
}

export type AuditLine =
  | AuditStart
  | (AuditResult & { readonly event: 'result'; readonly run: string; readonly at: string })
  | AuditEnd;

/** Whoever ran the command. AWS's own trail (CloudTrail) leads from the access key to the person. */
export interface Who {
  /** Of the operating system. */
  readonly user: string;
  readonly host: string;
  /** Of the AWS identity; absent on this machine's own run, and where AWS could not be asked. */
  readonly arn?: string;
  /** Absent on this machine's own run. */
  readonly accessKeyId?: string;
  readonly profile?: string;
}
