/** What the operator asks of a stage without changing it: is it as the template says, and is everything where it belongs? */
import * as z from 'zod';
import type { Ledger } from '../ledger.ts';
import type { Operator } from '../operator.ts';

const validated = z.object({
  compared: z.array(z.string()),
  differences: z.array(z.object({ what: z.string(), field: z.string() })),
  unchecked: z.array(z.string()),
});

const wanting = z.object({ attention: z.array(z.unknown()) });

const compared = z.object({ keys: z.number(), leftCount: z.number() });

/**
 * Settings of tables that this emulator takes and forgets, and the keys of the issuer of tokens, which lives as long as the rehearsal and
 * is not known to the command's own synthesis; everything else must be as the template says.
 */
const IGNORED = ['recovery', 'timeToLive', 'environment.USER_POOL_JWKS'];

/** S3 tells every queue once that its notifications are set up. */
export async function proveFirstSteps(ledger: Ledger, operator: Operator): Promise<void> {
  await ledger.prove(
    'operations',
    'dlq redrive takes away what S3 wrote into the queues at deployment',
    async () => {
      const { status } = await operator('dlq', 'redrive', '--reason', 'a rehearsal');
      if (status !== 0) throw new Error(`it exits ${status}`);
      return 'exit code 0';
    },
  );
  await ledger.prove('operations', 'status finds nothing that wants attention', async () => {
    const { status, json } = await operator('status');
    const { attention } = z.parse(wanting, json);
    if (status !== 0) throw new Error(`it exits ${status}: ${JSON.stringify(attention).slice(0, 200)}`);
    return 'exit code 0';
  });
}

/** Side by side: none of them changes anything. */
export async function proveOperations(ledger: Ledger, operator: Operator): Promise<void> {
  const drifts = ['products', 'analysis-results', 'bookings'].map((processor) =>
    ledger.prove('operations', `drift finds no difference behind ${processor}`, async () => {
      const { status, json } = await operator(
        'drift',
        '--processor',
        processor,
        '--whole',
        '--settle-ms',
        '2000',
      );
      const { keys, leftCount } = z.parse(compared, json);
      if (status !== 0 || leftCount > 0) throw new Error(`${leftCount} of ${keys} keys differ`);
      return `${keys} keys are equal`;
    }),
  );
  const validation = ledger.prove(
    'operations',
    'validate finds tables, mappings, functions, queues and buckets as the template says',
    async () => {
      const { json } = await operator('validate');
      const found = z.parse(validated, json);
      const fields = [...new Set(found.differences.map(({ field }) => field))];
      const unexpected = fields.filter((field) => !IGNORED.includes(field));
      if (found.unchecked.length > 0) throw new Error(`not looked at: ${found.unchecked[0]}`);
      if (unexpected.length > 0) throw new Error(`these fields differ: ${unexpected.join(', ')}`);
      return `${found.compared.length} things are equal, but for ${fields.join(', ')}`;
    },
  );
  await Promise.all([...drifts, validation]);
}
