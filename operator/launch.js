#!/usr/bin/env node
/** Starts `streamkeeper`, whatever Node it is called with. */
import { launch } from '../scripts/launch.js';

await launch('streamkeeper', () => import('./main.ts'));
