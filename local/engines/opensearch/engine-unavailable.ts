/** An engine cannot run here; the message says what is missing and how to get it. */
import { Problem } from '../../problem.ts';

export class EngineUnavailable extends Problem {
  readonly code = 'ENGINE_UNAVAILABLE';
  readonly engine: string;
  readonly fix: string;

  constructor(engine: string, missing: string, fix: string) {
    super(`${engine} cannot run here: ${missing}; ${fix}`);
    this.engine = engine;
    this.fix = fix;
  }
}
