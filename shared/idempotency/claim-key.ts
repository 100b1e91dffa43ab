/** The key of a claim in the table: made here for who claims and for who looks, so that both always mean the same record. */
import type { BatchContext } from '../stream/processor.ts';

export interface ClaimPlace {
  /** Of the processor whose effects these are. */
  readonly processor: string;
  /**
   * What keys begin with: `streamkeeper`, or that and `#` and a name. The table holds keys of others.
   * @default 'streamkeeper'
   */
  readonly namespace?: string;
}

/** @throws {TypeError} when the namespace is not ours */
export function checkNamespace({ namespace }: ClaimPlace): void {
  if (namespace !== undefined && !/^streamkeeper(#[^#]+)*$/.test(namespace)) {
    throw new TypeError(
      'namespace: expected streamkeeper, or streamkeeper#<name>; other keys of the table are not ours',
    );
  }
}

/** A replay has a namespace of its own, named by the operator: under it nothing has happened yet. */
export function claimPrefix(
  { processor, namespace = 'streamkeeper' }: ClaimPlace,
  { replay }: Pick<BatchContext, 'replay'>,
): string {
  const space = replay === undefined ? namespace : `${namespace}#replay-${replay}`;
  return `${space}#${processor}`;
}

/** @param text of an event key */
export function claimKey(prefix: string, text: string): string {
  return `${prefix}#${text}`;
}
