/** Reads the frame headers of a WebSocket's bytes as they pass, however they are cut, and says so when a frame is too long. */

/** The longest header: 2 bytes, 8 of extended length, 4 of mask (RFC 6455, section 5.2). */
const MAX_HEADER_BYTES = 14;

/**
 * @param onTooLong called once, with the length of the frame's payload in bytes; nothing is read after that
 * @returns takes the next bytes
 */
export function frameMeter(limitBytes: number, onTooLong: (bytes: number) => void): (chunk: Buffer) => void {
  const header = Buffer.alloc(MAX_HEADER_BYTES);
  let headerBytes = 0;
  let payloadLeft = 0;
  let stopped = false;

  return (chunk) => {
    for (let at = 0; at < chunk.length && !stopped; ) {
      if (payloadLeft > 0) {
        const passed = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= passed;
        at += passed;
        continue;
      }
      header[headerBytes++] = chunk[at++] ?? 0;
      if (headerBytes < 2 || headerBytes < headerLength(header)) continue;
      headerBytes = 0;
      payloadLeft = payloadLength(header);
      if (payloadLeft > limitBytes) {
        stopped = true;
        onTooLong(payloadLeft);
      }
    }
  };
}

function headerLength(header: Buffer): number {
  const second = header.readUInt8(1);
  const extended = (second & 0x7f) === 126 ? 2 : (second & 0x7f) === 127 ? 8 : 0;
  return 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadLength(header: Buffer): number {
  const short = header.readUInt8(1) & 0x7f;
  if (short === 126) return header.readUInt16BE(2);
  return short === 127 ? Number(header.readBigUInt64BE(2)) : short;
}
