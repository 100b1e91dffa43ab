/** Tells programs on this machine from web pages of other origins, also where a page's name was made to lead here (DNS rebinding). */
import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A browser sends the name it was given as `Host`, and the page's own as `Origin` (RFC 9110, section 7.2; RFC 6454, section 7). Pages
 * that are served on this machine may connect.
 *
 * @param boundTo the name or address that the gateway listens on
 */
export function isOfThisMachine({ host, origin }: IncomingMessage['headers'], boundTo: string): boolean {
  const isHere = (url: string) => {
    const name = URL.canParse(url) ? new URL(url).hostname : undefined;
    return name !== undefined && (LOOPBACK.has(name) || name === boundTo || name === `[${boundTo}]`);
  };
  return isHere(`http://${host ?? ''}`) && (origin === undefined || isHere(origin));
}
