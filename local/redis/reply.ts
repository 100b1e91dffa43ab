/** Replies of the embedded endpoint, and how they are written on the wire (Redis, "RESP protocol specification", version 2). */

export type Reply =
  | { readonly kind: 'status'; readonly text: string }
  /** `text` begins with the code: `ERR …`, `NOSCRIPT …`. */
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'bulk'; readonly value: Buffer }
  | { readonly kind: 'nil' }
  | { readonly kind: 'list'; readonly elements: readonly Reply[] };

export const OK: Reply = { kind: 'status', text: 'OK' };
export const NIL: Reply = { kind: 'nil' };

export const status = (text: string): Reply => ({ kind: 'status', text });
export const error = (text: string): Reply => ({ kind: 'error', text });
export const integer = (value: number): Reply => ({ kind: 'integer', value });
export const list = (elements: readonly Reply[]): Reply => ({ kind: 'list', elements });
export const bulk = (value: Buffer | string | undefined): Reply =>
  value === undefined ? NIL : { kind: 'bulk', value: typeof value === 'string' ? Buffer.from(value) : value };

export const wrongArguments = (name: string): Reply =>
  error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
export const SYNTAX_ERROR = error('ERR syntax error');
export const NOT_AN_INTEGER = error('ERR value is not an integer or out of range');

export function encode(reply: Reply): Buffer {
  const chunks: Buffer[] = [];
  write(reply, chunks);
  return Buffer.concat(chunks);
}

function write(reply: Reply, chunks: Buffer[]): void {
  switch (reply.kind) {
    case 'status':
      chunks.push(Buffer.from(`+${oneLine(reply.text)}\r\n`));
      return;
    case 'error':
      chunks.push(Buffer.from(`-${oneLine(reply.text)}\r\n`));
      return;
    case 'integer':
      chunks.push(Buffer.from(`:${reply.value}\r\n`));
      return;
    case 'nil':
      chunks.push(Buffer.from('$-1\r\n'));
      return;
    case 'bulk':
      chunks.push(Buffer.from(`$${reply.value.length}\r\n`), reply.value, Buffer.from('\r\n'));
      return;
    case 'list':
      chunks.push(Buffer.from(`*${reply.elements.length}\r\n`));
      for (const element of reply.elements) write(element, chunks);
  }
}

const oneLine = (text: string) => text.replace(/[\r\n]+/g, ' ');
