/** What lets effects happen once, and what says whether they have: over the same claims. */
import { createOnce, type Once, type OncePorts } from './once.ts';
import { createRecall, type Recall } from './recall.ts';

export interface Idempotency {
  readonly once: Once;
  readonly recall: Recall;
}

/** @throws {TypeError} when the namespace is not ours */
export function createIdempotency(ports: OncePorts): Idempotency {
  return { once: createOnce(ports), recall: createRecall(ports) };
}
