/** What this project needs of S3: what is too large for a queue, what mappings give up, and the audit trail lie there. */
import type { Buckets } from './bucket/buckets.ts';
import { notificationRules } from './bucket/notifications.ts';
import { keyRules, objectRules } from './bucket/objects.ts';
import type { Contract } from './rule.ts';

export const bucketContract: Contract<Buckets> = {
  objects: objectRules,
  keys: keyRules,
  notifications: notificationRules,
};
