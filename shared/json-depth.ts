/** How deep a JSON value is nested, found out without recursion: what is deeper than a stack would end whoever prints or copies it. */

/** Whether there are values below `levels` levels of lists and objects. */
export function isDeeperThan(levels: number, root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const member of Object.values(value)) {
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    level = next;
  }
  return false;
}
