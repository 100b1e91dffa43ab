/** A mail to one person, and the port through which mails leave. */
import type { EffectOutcome } from '../idempotency/bounded-effect.ts';

export interface MailText {
  /** One line without control characters. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface Mail extends MailText {
  /** A usable address; see `readAddress`. */
  readonly to: string;
}

/**
 * Sends one mail in one attempt. Applied: it was accepted for sending. Poison: it can never be sent as it is. Transient: it was
 * not sent, or it is not known whether it was.
 */
export type Mailer = (mail: Mail, signal: AbortSignal) => Promise<EffectOutcome>;
