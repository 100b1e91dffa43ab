/** Reads a message's route key (developer guide, "Route selection expressions"). */

const EXPRESSION = /^\$\{?request\.body((?:\.[A-Za-z_][\w-]*)+)\}?$/;

/** @returns undefined for a message that is not JSON or has nothing at the expression's place: it goes to `$default` */
export function routeKeyOf(expression: string, message: string): string | undefined {
  const path = EXPRESSION.exec(expression)?.[1]?.slice(1).split('.');
  if (path === undefined) return undefined;
  try {
    let value: unknown = JSON.parse(message);
    for (const name of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, unknown>)[name];
    }
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}
