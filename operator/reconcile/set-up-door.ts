/** Asks a processor's set-up function for the steps of a rebuild. It has the rights to them; this tool has none. */
import * as z from 'zod';
import { Problem } from '../../local/problem.ts';
import { type InvokePorts, invokeFunction } from '../redrive/invoke.ts';
import { codeOf } from './door.ts';

export interface IndexState {
  readonly current?: string | undefined;
  readonly next?: string | undefined;
  readonly previous?: string | undefined;
  readonly unchecked: boolean;
}

export type IndexStep =
  | { readonly action: 'describe' | 'prepare' }
  | { readonly action: 'switch'; readonly to: string }
  | { readonly action: 'checked'; readonly index: string }
  | { readonly action: 'drop'; readonly which: 'previous' | 'next' };

/** @returns the state after the step. @throws Problem saying why the step was not taken, and what comes first */
export type TakeStep = (step: IndexStep) => Promise<IndexState>;

const state = z.object({
  current: z.string().optional(),
  next: z.string().optional(),
  previous: z.string().optional(),
  unchecked: z.boolean(),
});

const answer = z.union([
  z.object({ index: state }),
  z.object({ refused: z.object({ code: z.string(), message: z.string() }) }),
]);

/** @param functionName of the processor's set-up; undefined where it has none */
export function openSetUpDoor(functionName: string | undefined, ports: InvokePorts): TakeStep {
  return async (step) => {
    if (functionName === undefined)
      throw new Problem('the system has no set-up function for this index; deploy it again from here');
    const invoked = await invokeFunction(functionName, JSON.stringify({ index: step }), ports);
    if (invoked.kind !== 'answered')
      throw new Problem(
        `${functionName} could not ${step.action} the index (${codeOf(invoked.failure)}); its log says why`,
      );
    const read = answer.safeParse(invoked.answer);
    if (!read.success)
      throw new Problem(
        `${functionName} does not know the steps of a rebuild: another version of it is deployed; deploy it again from here`,
      );
    if ('refused' in read.data) throw new Problem(`${read.data.refused.message} (${read.data.refused.code})`);
    return read.data.index;
  };
}
