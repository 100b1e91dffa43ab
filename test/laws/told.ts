/** G7: what leaves a function beside its effects says nothing of what the items say, whatever an item holds and whatever a dependency's error quotes. */

export interface Told {
  /** Log lines and metrics. */
  readonly lines: readonly string[];
  /** What invocations answered: to the mapping, and to operators. */
  readonly answers: readonly unknown[];
  readonly letters: readonly { readonly error: object }[];
}

/** Shorter texts stand in any line by chance. */
const LEAST = 4;

/**
 * @param items whatever was written: every text in them counts
 * @param words that metrics may be told apart by, and names of rules and kinds: they are in no item of a person alone
 */
export function nothingIsTold(
  { lines, answers, letters }: Told,
  items: readonly unknown[],
  words: readonly string[],
): readonly string[] {
  const secrets = new Set<string>();
  const known = new Set(words);
  for (const item of items) collect(item, secrets);
  const told = [
    ...lines,
    ...answers.map((one) => JSON.stringify(one) ?? ''),
    JSON.stringify(letters.map(({ error }) => error)),
  ];
  const all = told.join('\n');
  return [...secrets]
    .filter((secret) => secret.length >= LEAST && !known.has(secret))
    .flatMap((secret) => {
      const written = JSON.stringify(secret).slice(1, -1);
      const line = all.includes(written) ? told.find((one) => one.includes(written)) : undefined;
      return line === undefined ? [] : [`${JSON.stringify(secret)} is told: ${line.slice(0, 300)}`];
    });
}

/** Every text, wherever it is. Names of attributes may be said, and digits stand in any line by chance. */
function collect(value: unknown, texts: Set<string>): void {
  if (typeof value === 'string' && !/^[\d.]+$/.test(value)) texts.add(value);
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) collect(one, texts);
}
