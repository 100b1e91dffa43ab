/** What a partial batch response says comes again: the sequence number of its first record; undefined for nothing. */
export function lowestReported(payload: unknown): string | undefined {
  const { batchItemFailures = [] } = payload as { batchItemFailures?: readonly { itemIdentifier: string }[] };
  return batchItemFailures[0]?.itemIdentifier;
}
