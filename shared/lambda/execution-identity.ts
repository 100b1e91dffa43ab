/** Region and credentials of a function's own role, as Lambda hands them to its code; they outlive the invocation. */
import * as z from 'zod/mini';
import { readEnvironment, setting } from '../config/environment.ts';

export interface ExecutionIdentity {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** Lambda developer guide, "configuration-envvars", "Defined runtime environment variables". */
const schema = z.object({
  AWS_REGION: setting('the region'),
  AWS_ACCESS_KEY_ID: setting("the function's access key"),
  AWS_SECRET_ACCESS_KEY: setting("the function's secret key"),
  AWS_SESSION_TOKEN: setting("the function's session token"),
});

/** @throws {EnvironmentError} outside of Lambda */
export function executionIdentity(
  environment: Readonly<Record<string, string | undefined>>,
): ExecutionIdentity {
  const given = readEnvironment(schema, environment);
  return {
    region: given.AWS_REGION,
    credentials: {
      accessKeyId: given.AWS_ACCESS_KEY_ID,
      secretAccessKey: given.AWS_SECRET_ACCESS_KEY,
      sessionToken: given.AWS_SESSION_TOKEN,
    },
  };
}
