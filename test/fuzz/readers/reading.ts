/** The law of whatever reads what somebody else wrote: it answers, or refuses with an error that it says it has; nothing else. */
import type fc from 'fast-check';
import { type LawSuite, law } from '../../laws/law.ts';

export interface Reading<Case> {
  readonly name: string;
  /** What is read. */
  readonly what: string;
  /** Of what JSON can hold. */
  readonly cases: fc.Arbitrary<Case>;
  /** Reads it. @returns what is wrong with the answer, in words */
  readonly read: (one: Case) => readonly string[] | Promise<readonly string[]>;
  /** Whether it may refuse a case with this. @default nothing is refused */
  readonly refuses?: (error: Error) => boolean;
}

export function readingSuite<Case>({
  name,
  what,
  cases,
  read,
  refuses = () => false,
}: Reading<Case>): LawSuite {
  const answers = law<Case>({
    id: `fuzz-${name}/answers`,
    title: 'it is read or refused in words, and never with a crash',
    histories: cases,
    async broken(one) {
      try {
        return await read(one);
      } catch (error) {
        if (!(error instanceof Error && refuses(error))) throw error;
        return error.message === '' ? ['the refusal says nothing'] : [];
      }
    },
  });
  return { name: `fuzz-${name}`, title: `${what}, whatever it is`, laws: [answers] };
}

/** Of a text that reaches a terminal or a log as one line. */
export function oneLineProblems(where: string, text: string): string[] {
  return /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text)
    ? [`${where} holds control characters: ${JSON.stringify(text).slice(0, 300)}`]
    : [];
}
