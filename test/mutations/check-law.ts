/**
 * Checks one law in a process of its own, on the code as it is or with a mutation in place. Files are broken as they are loaded;
 * none is written.
 *
 * Usage: node check-law.ts <law> <seed> <runs> [<mutation>]. Prints the verdict as JSON.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lawNamed } from '../laws/suites.ts';
import { mutated } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

const [id = '', seed = '', runs = '', name] = process.argv.slice(2);
const mutation = MUTATIONS.find((one) => one.name === name);
let isLoaded = false;

if (mutation !== undefined) {
  const broken = pathToFileURL(join(import.meta.dirname, '../..', mutation.file)).href;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (url !== broken) return loaded;
      isLoaded = true;
      return { ...loaded, source: mutated(String(loaded.source), mutation) };
    },
  });
}

const law = await lawNamed(id);
if (law === undefined) throw new Error(`${id}: there is no such law`);
if (mutation !== undefined && !isLoaded) throw new Error(`${id} never loads ${mutation.file}`);
const verdict = await law.check({ seed: Number(seed), runs: Number(runs), shrinks: false });
process.stdout.write(JSON.stringify(verdict));
process.exit(0);
