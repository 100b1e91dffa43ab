/** The version of a document is its record's position in the stream, cut to what engines can hold; ties and gaps must be harmless to whoever uses it. */

/**
 * On AWS the digits above 10^20 of a sequence number are a counter of writes (recorded on AWS, not documented);
 * emulators count in small integers. OpenSearch's external versions have 63 bits and JavaScript's numbers 53.
 */
const COUNTER_UNIT = 10n ** 20n;

/**
 * @returns a whole number in 1..2^53-1, or undefined when the sequence number gives none: then nothing may rely on order
 */
export function streamVersion(sequenceNumber: string | undefined): number | undefined {
  if (sequenceNumber === undefined) return undefined;
  const position = BigInt(sequenceNumber);
  const version = position >= COUNTER_UNIT ? position / COUNTER_UNIT : position;
  return version >= 1n && version <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(version) : undefined;
}
