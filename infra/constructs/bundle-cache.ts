/**
 * Remembers bundles between syntheses, one per entry point. A remembered bundle is taken only while every file that went into it
 * has the bytes it had then, so it is never older than the sources; whatever else is wrong with it, it is made anew.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface BundleFile {
  readonly name: string;
  readonly text: string;
}

export interface Bundle {
  readonly files: readonly BundleFile[];
  /** Paths from the repository's root, of everything the bundle was made of. */
  readonly inputs: readonly string[];
}

export interface BundleCache {
  /** `key`: of the entry and of how it is bundled. */
  take(key: string, make: () => Bundle): readonly BundleFile[];
}

interface Remembered {
  /** Hash by path. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly files: readonly BundleFile[];
}

/** @param alsoDependsOn files that decide what an import finds, e.g. the lock file */
export function bundleCache(
  folder: string,
  repository: string,
  alsoDependsOn: readonly string[] = [],
): BundleCache {
  const hashes = new Map<string, string>();
  const hashOf = (path: string): string => {
    const known = hashes.get(path) ?? hashOfFile(join(repository, path));
    hashes.set(path, known);
    return known;
  };
  return {
    take(key, make) {
      const file = join(folder, `${sha256(key)}.json`);
      const remembered = read(file);
      if (remembered && Object.entries(remembered.inputs).every(([path, hash]) => hashOf(path) === hash)) {
        return remembered.files;
      }
      const { files, inputs } = make();
      const all = [...new Set([...inputs, ...alsoDependsOn])].sort();
      write(file, { inputs: Object.fromEntries(all.map((path) => [path, hashOf(path)])), files });
      return files;
    },
  };
}

function read(file: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Remembered;
  } catch {
    // Never made, or cut off while it was written.
    return undefined;
  }
}

/** Two syntheses may write at once: each renames a whole file into place. */
function write(file: string, remembered: Remembered): void {
  const whole = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(whole, JSON.stringify(remembered));
    renameSync(whole, file);
  } catch {
    // Where nothing can be written the next synthesis takes as long as this one.
  }
}

/** A file that is gone has no hash that was ever remembered. */
function hashOfFile(path: string): string {
  try {
    return sha256(readFileSync(path));
  } catch {
    return '';
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
