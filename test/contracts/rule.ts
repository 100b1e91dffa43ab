/**
 * Contracts as data: what AWS answers, rule by rule, and where an engine is known to answer otherwise, exactly how and why nothing
 * here suffers from it. A difference that has gone or changed fails like a broken rule.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

export type EngineName = 'dynoxide' | 'DynamoDB Local' | 'fauxqs' | 'MiniStack' | 'gateway';

export interface Difference {
  /** What this engine answers instead. */
  readonly instead: unknown;
  /** Why nothing of this project goes wrong by it, and nothing is believed to be proven that is not. */
  readonly harmless: string;
  /** A test that shows it: file, from the repository's root, and a part of its title. */
  readonly shownBy?: readonly [file: string, title: string];
}

export interface Rule<Port> {
  /** A sentence in the present tense. */
  readonly title: string;
  /** What AWS answers, of what `observe` looks at. */
  readonly aws: unknown;
  readonly observe: (port: Port) => Promise<unknown>;
  readonly differs?: Partial<Readonly<Record<EngineName, Difference>>>;
}

/** Rules by what they are about. */
export type Contract<Port> = Readonly<Record<string, readonly Rule<Port>[]>>;

export interface Running<Port> {
  readonly port: Port;
  stop(): Promise<void>;
}

/** Makes one test of each rule. */
export function keepsContract<Port>(
  name: string,
  contract: Contract<Port>,
  engine: EngineName,
  start: () => Promise<Running<Port>>,
): void {
  describe(`${name} contract: ${engine}`, () => {
    let running: Running<Port> | undefined;
    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running?.stop());

    describe.each(Object.entries(contract))('%s', (_, rules) => {
      for (const { title, aws, observe, differs } of rules) {
        const difference = differs?.[engine];
        it(difference === undefined ? title : `otherwise here: ${title}`, async () => {
          if (running === undefined) throw new Error('the engine is not running: it failed to start');
          expect(await observe(running.port)).toEqual(difference === undefined ? aws : difference.instead);
        });
      }
    });
  });
}

/** @returns what the request is answered with; the name of the error if it is refused */
export async function answerOf<T>(request: Promise<T>): Promise<T | string> {
  return request.catch(nameOf);
}

/** @returns `done`, or the name of the error */
export async function outcomeOf(request: Promise<unknown>): Promise<string> {
  return request.then(() => 'done', nameOf);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
