/** Reads requests from a connection's bytes as they come: arrays of bulk strings, or one line of words as typed by hand (RESP 2). */

const CR = 0x0d;
const LF = 0x0a;
const ARRAY = 0x2a;
const BULK = 0x24;

/** Redis's own limits (`proto-max-bulk-len`, and 1024 × 1024 arguments). */
const MAX_BULK_BYTES = 512 * 1024 * 1024;
const MAX_ARGUMENTS = 1024 * 1024;
const MAX_INLINE_BYTES = 64 * 1024;

/** The bytes are no request: the connection is answered with this and closed, since nobody knows where the next one begins. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export interface RequestReader {
  /**
   * @returns the requests that are complete now, each as its arguments
   * @throws {ProtocolError}
   */
  read(chunk: Buffer): Buffer[][];
}

export function requestReader(): RequestReader {
  let rest: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let neededBytes = 0;
  return {
    read(chunk) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
      // A value of many chunks is joined once, not with each of them.
      if (rest.length + waitingBytes < neededBytes) return [];
      rest = Buffer.concat([rest, ...waiting]);
      waiting = [];
      waitingBytes = 0;
      const requests: Buffer[][] = [];
      let at = 0;
      for (;;) {
        const parsed = parseRequest(rest, at);
        if (typeof parsed === 'number') {
          neededBytes = parsed - at;
          break;
        }
        at = parsed.end;
        if (parsed.words.length > 0) requests.push(parsed.words);
      }
      rest = rest.subarray(at);
      return requests;
    },
  };
}

interface Parsed {
  readonly words: Buffer[];
  readonly end: number;
}

/** @returns up to where bytes are needed at least, when the request is not complete */
function parseRequest(bytes: Buffer, start: number): Parsed | number {
  const head = lineAt(bytes, start);
  if (head === undefined) return bytes.length + 1;
  if (bytes[start] !== ARRAY) return { words: inlineWords(head.text), end: head.end };
  const count = length(head.text.slice(1), MAX_ARGUMENTS, 'multibulk');
  const words: Buffer[] = [];
  let at = head.end;
  for (let word = 0; word < count; word++) {
    const line = lineAt(bytes, at);
    if (line === undefined) return bytes.length + 1;
    if (bytes[at] !== BULK) {
      throw new ProtocolError(`expected '$', got '${String.fromCharCode(bytes[at] ?? 0)}'`);
    }
    const size = length(line.text.slice(1), MAX_BULK_BYTES, 'bulk');
    const end = line.end + size;
    if (bytes.length < end + 2) return end + 2;
    words.push(Buffer.from(bytes.subarray(line.end, end)));
    at = end + 2;
  }
  return { words, end: at };
}

function lineAt(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const lineFeed = bytes.indexOf(LF, start);
  if (lineFeed < 0) {
    if (bytes.length - start > MAX_INLINE_BYTES) throw new ProtocolError('too big inline request');
    return undefined;
  }
  const end = bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
  return { text: bytes.toString('latin1', start, Math.max(start, end)), end: lineFeed + 1 };
}

function inlineWords(line: string): Buffer[] {
  return line
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => Buffer.from(word, 'latin1'));
}

function length(text: string, max: number, what: 'bulk' | 'multibulk'): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value > max || (what === 'bulk' && value < 0)) {
    throw new ProtocolError(`invalid ${what} length`);
  }
  return value;
}
