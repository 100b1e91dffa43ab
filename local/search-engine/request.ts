/** A request to the engine and its answer, as the HTTP server and the in-process connection hand them over. */

export interface Request {
  readonly method: string;
  /** Decoded nowhere: still with its percent signs, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** JSON; `Verbatim` anywhere inside. */
  readonly body: unknown;
}

/** A parameter that is on when it is given without a value. */
export const flag = (value: string | undefined): boolean => value === '' || value === 'true';

/** @param url path and query, as in a request line */
export function parseUrl(url: string): Pick<Request, 'path' | 'query'> {
  const [path = '', search = ''] = url.split(/\?(.*)/s);
  return { path, query: Object.fromEntries(new URLSearchParams(search)) };
}
