/**
 * Keeps records outside of memory while a plan is made: in a temporary file, encrypted under a key that only this process has. Nothing of it
 * can be read by anybody else, also after a crash, and the file has no name from the start on: it goes with the process.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Where in the file a text is. */
export interface Place {
  readonly at: number;
  readonly bytes: number;
}

export interface Spill {
  write(text: string): Promise<Place>;
  /** @throws when the place is none of this spill's, or what is there was changed */
  read(place: Place): Promise<string>;
  close(): Promise<void>;
}

/**
 * Compressed at once and not beside: the memory of what compresses beside is given back only when garbage is collected.
 *
 * AES-256-GCM: the nonce must not come twice under one key (NIST SP 800-38D, 8.2), so it counts.
 */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param folder where the file may be while it has a name */
export async function openSpill(folder: string = tmpdir()): Promise<Spill> {
  const key = randomBytes(32);
  const home = await mkdtemp(join(folder, 'streamkeeper-'));
  const file = await open(join(home, 'records'), 'wx+', 0o600);
  // An open file outlives its name; what has no name needs no clearing away.
  await rm(home, { recursive: true, force: true });
  let end = 0;
  let count = 0n;

  return {
    async write(text) {
      const nonce = Buffer.alloc(NONCE_BYTES);
      nonce.writeBigUInt64BE(count++, NONCE_BYTES - 8);
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      const content = deflateRawSync(text, { level: 1 });
      const encrypted = Buffer.concat([nonce, cipher.update(content), cipher.final()]);
      const bytes = Buffer.concat([encrypted, cipher.getAuthTag()]);
      const place = { at: end, bytes: bytes.length };
      end += bytes.length;
      await file.write(bytes, 0, bytes.length, place.at);
      return place;
    },
    async read({ at, bytes }) {
      const buffer = Buffer.alloc(bytes);
      await file.read(buffer, 0, bytes, at);
      const decipher = createDecipheriv(ALGORITHM, key, buffer.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(buffer.subarray(bytes - TAG_BYTES));
      const content = buffer.subarray(NONCE_BYTES, bytes - TAG_BYTES);
      const opened = Buffer.concat([decipher.update(content), decipher.final()]);
      return inflateRawSync(opened).toString();
    },
    async close() {
      key.fill(0);
      await file.close();
    },
  };
}
