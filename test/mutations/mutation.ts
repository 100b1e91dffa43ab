/** A deliberate bug, kept as a change of the source's text, so that the laws can be seen to catch it. */

export interface Mutation {
  readonly name: string;
  /** What the code then does wrong, as one would say it of a bug. */
  readonly bug: string;
  /** Of the repository, the file that is broken. */
  readonly file: string;
  readonly edits: readonly Edit[];
  /** The law that must break. */
  readonly law: string;
  /**
   * By which it breaks within few histories, so that the check takes little time. With fresh seeds (`--fresh`) it takes more of them; the
   * law may then take as many as `MOST_RUNS`.
   */
  readonly seed: number;
}

/** Exact text that stands in the file once, and what takes its place. */
export interface Edit {
  readonly find: string;
  readonly replace: string;
}

/** Histories in which a mutation must be caught, whatever the seed. */
export const MOST_RUNS = 500;

/** The code has moved on: the mutation must be written anew, or it would prove nothing. */
export class MutationMoved extends Error {
  override readonly name = 'MutationMoved';
  constructor({ name, file }: Mutation, find: string, times: number) {
    super(
      `mutation ${name}: expected this text once in ${file}, found it ${times} times. The code has moved: write the mutation anew in test/mutations, so that it breaks the same thing.\n${find}`,
    );
  }
}

/** @throws {MutationMoved} */
export function mutated(source: string, mutation: Mutation): string {
  return mutation.edits.reduce((text, { find, replace }) => {
    const parts = text.split(find);
    if (parts.length !== 2) throw new MutationMoved(mutation, find, parts.length - 1);
    return parts.join(replace);
  }, source);
}
