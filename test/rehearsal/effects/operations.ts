/** What the operator asks of a stage without changing it: is it as the template says, and is everything where it belongs? */
import * as z from 'zod';
import type { Ledger } from '../ledger.ts';
import type { Operator } from '../operator.ts';

const validated = z.object({
  compared: z.array(z.string()),
  differences: z.array(z.object({ what: z.string(), field: z.string() })),
  unchecked: z.array(z.string()),
});

const compared = z.object({ keys: z.number(), leftCount: z.number() });

export async function proveOperations(ledger: Ledger, operator: Operator): Promise<void> {
  for (const processor of ['products', 'analysis-results', 'bookings']) {
    await ledger.prove('operations', `drift finds no difference behind ${processor}`, async () => {
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
    });
  }
  await ledger.prove('operations', 'validate finds tables and mappings as the template says', async () => {
    const { json } = await operator('validate');
    const found = z.parse(validated, json);
    const fields = [...new Set(found.differences.map(({ field }) => field))];
    if (found.unchecked.length > 0) throw new Error(`not looked at: ${found.unchecked[0]}`);
    if (fields.length > 0) throw new Error(`these fields differ: ${fields.join(', ')}`);
    return `${found.compared.length} things are equal`;
  });
}
