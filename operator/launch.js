#!/usr/bin/env node
/** Starts `streamkeeper`, whatever Node it is called with. */
import module from 'node:module';
import { join } from 'node:path';
import { launch } from '../scripts/launch.js';

await launch('streamkeeper', () => {
  // Half of a short command's time is compiling. Kept where only this checkout's owner writes; a folder that cannot be written is no cache.
  module.enableCompileCache(join(import.meta.dirname, '../.streamkeeper/compile-cache'));
  return import('./main.ts');
});
