/** Fetches what a message only points to: the object that holds its letter, the records of a pointer in its table's stream. */
import { lineOf, Problem } from '../../local/problem.ts';
import type { Clock } from '../../shared/time/clock.ts';
import type { ProcessorFacts, System } from '../system/system.ts';
import { fetchLetter } from './fetch-object.ts';
import type { LetterContent } from './letter.ts';
import { mappingFilters } from './mapping-filter.ts';
import type { Found } from './read-message.ts';
import { tableOf } from './record-facts.ts';
import { resolvePointer } from './resolve-pointer.ts';

export interface CompleterOptions {
  readonly system: Pick<System, 'clients'> & {
    readonly processors: readonly Pick<ProcessorFacts, 'name' | 'functionName' | 'mappings'>[];
  };
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Whether pointers are followed into their stream. */
  readonly resolve: boolean;
}

/** Never fails for what it reads: what cannot be had is said in the letter. It throws the signal's reason when that aborts. */
export type Completer = (found: Found) => Promise<LetterContent>;

export function completer({ system, clock, random, signal, resolve }: CompleterOptions): Completer {
  const filterOf = mappingFilters(system.clients.lambda, signal);

  return async (found) => {
    const content =
      found.kind === 'letter' ? found.content : await fetchLetter(system.clients.s3, found.object, signal);
    const processor = content.processor ?? processorOf(content);
    const known = processor === undefined ? content : { ...content, processor };
    return resolve && canBeRead(known) ? read(known) : known;
  };

  async function read(content: LetterContent): Promise<LetterContent> {
    const { streamArn = '' } = content.batch ?? {};
    const table = tableOf(streamArn);
    try {
      if (table === undefined) throw new Problem('its stream ARN names no table');
      const client = system.clients.streams(table);
      const mapping = mappings().find((candidate) => candidate.streamArn === streamArn);
      const filter = await filterOf(mapping);
      return await resolvePointer(content, { client, clock, random, signal, filter });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { ...content, resolvable: false, reason: { code: 'STREAM_UNKNOWN', details: lineOf(error) } };
    }
  }

  function mappings() {
    return system.processors.flatMap((processor) => processor.mappings);
  }

  /** By the function that was called, else by the stream. */
  function processorOf({ functionArn, batch }: LetterContent): string | undefined {
    const name = functionArn?.split(':')[6];
    const owner =
      system.processors.find(({ functionName }) => functionName === name) ??
      system.processors.find((processor) =>
        processor.mappings.some(({ streamArn }) => streamArn === batch?.streamArn),
      );
    return owner?.name;
  }
}

/** Its records are in the stream, or were: a pointer, or a batch whose copy is damaged. */
function canBeRead({ form, batch, reason }: LetterContent): boolean {
  if (batch?.start === undefined || batch.end === undefined) return false;
  return form === 'pointer' || (form === 'failed-batch' && reason?.code === 'PAYLOAD_UNREADABLE');
}
