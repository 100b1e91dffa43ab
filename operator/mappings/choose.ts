/** Which mappings a command is about: those of the processors that were named, all of them if none was. */
import { Problem } from '../../local/problem.ts';
import type { MappingFacts, ProcessorFacts } from '../system/system.ts';

export interface ChosenMapping {
  readonly processor: ProcessorFacts;
  readonly mapping: MappingFacts;
  /** The processor's name, and the word that tells its mappings apart: `bids`, `analytics/history`. */
  readonly title: string;
}

/**
 * @param names as in `title`; a processor's name alone stands for all its mappings
 * @throws Problem naming what there is when a name fits nothing
 */
export function chooseMappings(
  processors: readonly ProcessorFacts[],
  names: readonly string[] = [],
): readonly ChosenMapping[] {
  const all = processors.flatMap((processor) =>
    processor.mappings.map((mapping) => ({ processor, mapping, title: titleOf(processor, mapping) })),
  );
  const unknown = names.find((name) => !all.some((chosen) => isMeant(chosen, name)));
  if (unknown !== undefined) {
    const known = [...new Set(all.flatMap(({ processor, title }) => [processor.name, title]))].sort();
    throw new Problem(
      `--processor: there is no "${unknown}" here; use ${known.join(', ') || '(none: deploy one)'}`,
    );
  }
  return names.length === 0 ? all : all.filter((chosen) => names.some((name) => isMeant(chosen, name)));
}

function titleOf({ name, mappings }: ProcessorFacts, { word }: MappingFacts): string {
  if (mappings.length === 1) return name;
  return `${name}/${word === '' ? 'own' : word}`;
}

const isMeant = ({ processor, title }: ChosenMapping, name: string) =>
  name === processor.name || name === title;

/** Names divided by commas, for commander. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').flatMap((name) => name.trim() || [])];
}
