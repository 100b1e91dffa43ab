/** Reads an entry point's environment once, by one schema, and reports every problem together. */
import * as z from 'zod/mini';

/** The settings are wrong: the deployment is, not the data. The message names each variable and never shows a value. */
export class EnvironmentError extends Error {
  readonly code = 'ENVIRONMENT_INVALID';
  override readonly name = 'EnvironmentError';
}

/** @throws {EnvironmentError} */
export function readEnvironment<Shape extends z.core.$ZodShape>(
  schema: z.ZodMiniObject<Shape>,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodMiniObject<Shape>> {
  const result = z.safeParse(schema, environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? 'environment');
    return `${name} ${environment[name] === undefined ? 'is not set' : 'is not usable'}: ${issue.message}`;
  });
  throw new EnvironmentError(`the function's environment is incomplete\n  ${problems.join('\n  ')}`);
}

/** Text that is there; `what` says what it is for in the error. */
export function setting(what: string) {
  return z.string({ error: `expected ${what}` }).check(z.minLength(1, { error: `expected ${what}` }));
}
