/** What stands between the user and a run: one line that names it and the way out. The command prints it and exits with 2. */
export class Problem extends Error {
  override readonly name = 'Problem';
}

/** The text of anything thrown, on one line. */
export function lineOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(lineOf).join('; ');
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s*\n\s*/g, ' ');
}
