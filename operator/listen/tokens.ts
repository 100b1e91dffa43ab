/** Where a listener's token comes from: the local run's issuer, or the user's own hands. */
import * as z from 'zod';
import { Problem } from '../../local/problem.ts';

const issued = z.object({ token: z.string().min(1) });

/** @returns asks the local run for a token each time. The function throws Problem when it cannot be had. */
export function localTokens(gatewayUrl: string, userId: string): () => Promise<string> {
  return async () => {
    const asked = fetch(new URL('/local/token', gatewayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId }),
    });
    const answer = await asked.catch(() => {
      throw new Problem(`the local run at ${gatewayUrl} does not answer; start it again with npm start`);
    });
    const parsed = issued.safeParse(await answer.json().catch(() => undefined));
    if (!answer.ok || !parsed.success)
      throw new Problem(`the local run at ${gatewayUrl} gives no token (status ${answer.status})`);
    return parsed.data.token;
  };
}

/** The variable, because arguments are seen by everybody on a machine. */
export const TOKEN_VARIABLE = 'STREAMKEEPER_TOKEN';

/** @throws Problem when it is not set */
export function givenToken(environment: NodeJS.ProcessEnv): () => Promise<string> {
  const token = environment[TOKEN_VARIABLE];
  if (token === undefined || token === '')
    throw new Problem(`${TOKEN_VARIABLE} is not set: --url needs an access token of the user pool in it`);
  return async () => token;
}
