/** Synthesizes the stage for one emulator: a process of its own, because it takes seconds during which nothing else would run. */
import { parseArgs } from 'node:util';
import { buildApp } from '../../../infra/build-app.ts';
import { stageOf } from '../../../infra/stages.ts';
import { STAGE } from './place.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    url: { type: 'string' },
    tokens: { type: 'string' },
  },
});
const { out = '', url = '', tokens = '{}' } = values;
const stage = stageOf(STAGE);
if (stage.emulator === undefined) throw new Error(`stage ${STAGE} names no emulator`);
const { app } = buildApp({
  stage: { ...stage, emulator: { ...stage.emulator, url, tokens: JSON.parse(tokens) } },
  outdir: out,
  // `npm run synth` and the tests make this check; here the emulator makes its own.
  validate: false,
});
app.synth();
