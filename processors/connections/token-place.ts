/**
 * Where a client puts its token: beside the protocol's name in `Sec-WebSocket-Protocol`, the one header a browser lets a page
 * set on a WebSocket. Never in the URL: URLs are logged by proxies, kept by crash reports and shared by people.
 */

/** What client and server speak; the server answers with this name only, so that a token is never echoed. */
export const SUBPROTOCOL = 'streamkeeper.v1';

/** A JSON Web Token has only characters that a protocol's name may have (RFC 7515, section 7.1; RFC 9110, "token"). */
const TOKEN_PREFIX = 'bearer.';

export type Headers = Readonly<Record<string, string | undefined>>;

/** What a client offers: `new WebSocket(url, offeredProtocols(token))`. */
export function offeredProtocols(token: string): [protocol: string, credential: string] {
  return [SUBPROTOCOL, TOKEN_PREFIX + token];
}

/** The one token that is offered; undefined if there is none, or more than one. */
export function offeredToken(headers: Headers): string | undefined {
  const tokens = offered(headers).filter((name) => name.startsWith(TOKEN_PREFIX));
  return tokens.length === 1 ? tokens[0]?.slice(TOKEN_PREFIX.length) : undefined;
}

export function offersOurProtocol(headers: Headers): boolean {
  return offered(headers).includes(SUBPROTOCOL);
}

/** API Gateway hands on header names as the client wrote them. */
function offered(headers: Headers): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === 'sec-websocket-protocol')
    .flatMap(([, value]) => (value ?? '').split(','))
    .map((name) => name.trim());
}
