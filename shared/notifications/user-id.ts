/** The tables write a user's id both bare and as `USER#<id>`: both mean the same user. */

const PREFIX = 'USER#';

export function bareUserId(id: string): string {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id;
}

/** Every form in which the id of one user may stand in an item. */
export function userIdForms(id: string): readonly [bare: string, prefixed: string] {
  const bare = bareUserId(id);
  return [bare, PREFIX + bare];
}
