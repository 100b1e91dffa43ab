/** Which writes of a document are accepted, and the version they leave: OpenSearch's rules for external, internal and compare-and-write. */

export type VersionRule =
  | { readonly kind: 'internal' }
  | { readonly kind: 'create' }
  | { readonly kind: 'external' | 'external_gte'; readonly version: bigint }
  | { readonly kind: 'compare'; readonly seqNo: number; readonly primaryTerm: number };

/** What is known of an id: a document, or the tombstone of a deleted one. */
export interface Known {
  readonly live: boolean;
  readonly version: bigint;
  readonly seqNo: number;
}

/** There is one primary, and it never fails over. */
export const PRIMARY_TERM = 1;

export type Decision =
  | { readonly accepted: true; readonly version: bigint }
  | { readonly accepted: false; readonly reason: string };

export function decide(id: string, rule: VersionRule, known: Known | undefined): Decision {
  const conflict = (reason: string): Decision => ({
    accepted: false,
    reason: `[${id}]: version conflict, ${reason}`,
  });
  const next = BigInt.asIntN(64, (known?.version ?? 0n) + 1n);
  switch (rule.kind) {
    case 'internal':
      return { accepted: true, version: next };
    case 'create':
      return known?.live
        ? conflict(`document already exists (current version [${known.version}])`)
        : { accepted: true, version: next };
    case 'external':
      return known && known.version >= rule.version
        ? conflict(
            `current version [${known.version}] is higher or equal to the one provided [${rule.version}]`,
          )
        : { accepted: true, version: rule.version };
    case 'external_gte':
      return known && known.version > rule.version
        ? conflict(`current version [${known.version}] is higher than the one provided [${rule.version}]`)
        : { accepted: true, version: rule.version };
    case 'compare': {
      const required = `required seqNo [${rule.seqNo}], primary term [${rule.primaryTerm}].`;
      if (!known?.live) return conflict(`${required} but no document was found`);
      return known.seqNo === rule.seqNo && rule.primaryTerm === PRIMARY_TERM
        ? { accepted: true, version: next }
        : conflict(
            `${required} current document has seqNo [${known.seqNo}] and primary term [${PRIMARY_TERM}]`,
          );
    }
  }
}
