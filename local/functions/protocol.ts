/** What the run and a function's worker say to each other. Events and results travel as JSON text: cheaper than cloning large objects. */

export interface WorkerSettings {
  readonly file: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logStreamName: string;
}

export interface InvokeMessage {
  readonly requestId: string;
  readonly payload: string;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
}

export interface ErrorText {
  readonly errorType: string;
  readonly errorMessage: string;
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'init-failed' } & ErrorText)
  | { readonly kind: 'log'; readonly line: string }
  /** Absent for a handler that returns nothing. */
  | { readonly kind: 'returned'; readonly json: string | undefined }
  | ({ readonly kind: 'threw' } & ErrorText);
