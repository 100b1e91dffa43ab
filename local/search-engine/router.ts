/** Finds the route of a request and checks its parameters. */
import { EngineError, illegalArgument, notImplemented } from './errors.ts';
import type { Request } from './request.ts';
import { type Route, routes } from './routes.ts';

/** What every request takes. */
const everywhere = [
  'filter_path',
  'pretty',
  'human',
  'error_trace',
  'ignore_unavailable',
  'allow_no_indices',
  'expand_wildcards',
];

export interface Found {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

/** @throws {EngineError} 405 for another method, 501 for a path this engine does not serve */
export function findRoute({ method, path, query }: Request): Found {
  const parts = path.split('/').filter((part) => part !== '');
  const matching = routes.filter((route) => fits(route, parts));
  const route = matching.find(({ methods }) => methods.includes(method));
  if (route) {
    checkParameters(route, path, query);
    return { route, path: named(route, parts) };
  }
  if (matching.length === 0) throw notImplemented(`[${method} ${path}]`);
  const allowed = matching.flatMap(({ methods }) => methods).join(', ');
  const reason = `Incorrect HTTP method for uri [${path}] and method [${method}], allowed here: [${allowed}]`;
  throw new EngineError(405, { type: 'method_not_allowed', reason });
}

function fits(route: Route, parts: readonly string[]): boolean {
  if (route.path.length !== parts.length) return false;
  return route.path.every((wanted, position) => {
    const part = parts[position] ?? '';
    if (!wanted.startsWith(':')) return wanted === part;
    return wanted === ':id' || !part.startsWith('_') || part === '_all';
  });
}

function named(route: Route, parts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    route.path.flatMap((wanted, position) =>
      wanted.startsWith(':') ? [[wanted.slice(1), decoded(parts[position] ?? '')]] : [],
    ),
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw illegalArgument(`the path has a part that is no percent-encoded UTF-8: [${part}]`);
  }
}

function checkParameters(route: Route, path: string, query: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(query)) {
    if (everywhere.includes(name) || route.parameters.includes(name)) continue;
    throw illegalArgument(`request [${path}] contains unrecognized parameter: [${name}]`);
  }
}
