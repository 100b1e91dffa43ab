/** What the local run says of its mappings, for there is no CloudWatch on this machine. */
import { lineOf, Problem } from '../../local/problem.ts';
import type { MappingStatus } from '../../local/streams/running-mapping.ts';

/** @throws Problem when the run does not answer */
export async function localStatus(gatewayUrl: string): Promise<readonly MappingStatus[]> {
  try {
    const answer = await fetch(`${gatewayUrl}/local/status`);
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    // Of the same repository, and the run is of this version: its state file says so.
    return ((await answer.json()) as { readonly mappings: readonly MappingStatus[] }).mappings;
  } catch (error) {
    throw new Problem(`the local run at ${gatewayUrl} does not say how it is doing (${lineOf(error)})`);
  }
}
