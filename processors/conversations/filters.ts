/**
 * What the event source mapping delivers of the conversations table: messages as they are written and changed. The chat's
 * METADATA row, which is rewritten with every message, and all deletions cost no invocation. A row of a kind that nobody
 * knows is delivered, so that it is counted.
 */

/** Filter patterns in the form of FilterCriteria (Lambda developer guide, "Filter rule syntax"); any one of them lets a record pass. */
export const conversationsFilters: readonly { readonly Pattern: string }[] = [
  {
    Pattern: JSON.stringify({
      eventName: ['INSERT', 'MODIFY'],
      dynamodb: { Keys: { SK: { S: [{ 'anything-but': ['METADATA'] }] } } },
    }),
  },
];
