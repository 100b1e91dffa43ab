/** One text for one item of one table, the same from a write, a fixture's record and a stream's record. */

/** `keys` in wire form with binary as base64; `undefined` if there are none. */
export function itemKeyText(table: string, keys: unknown): string | undefined {
  if (typeof keys !== 'object' || keys === null) return undefined;
  const sorted = Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${table} ${JSON.stringify(sorted)}`;
}

/** FNV-1a, to spread items over lanes and shards. */
export function spread(text: string, over: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % over;
}
