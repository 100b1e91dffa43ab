/** Puts the parts of an audit trail together again: one summary for each run. Pure; lines that are none of ours are passed over. */
import type { AuditEnd, AuditLine, AuditStart } from './entry.ts';

export interface AuditRecord extends Omit<AuditStart, 'event'> {
  /** Absent while it is under way, and for a run that was killed. */
  readonly outcome?: AuditEnd['outcome'];
  /** By result; of a run that has not ended, as far as it was written. */
  readonly results: Readonly<Record<string, number>>;
}

/** @param texts lines of JSON, of any runs in any order. @returns the latest first */
export function joinRuns(texts: readonly string[]): readonly AuditRecord[] {
  const lines = texts.flatMap((text) => text.split('\n').flatMap(parse));
  const results = new Map<string, Record<string, number>>();
  for (const line of lines) {
    if (line.event !== 'result') continue;
    const own = results.get(line.run) ?? {};
    own[line.result] = (own[line.result] ?? 0) + 1;
    results.set(line.run, own);
  }
  const ends = new Map(lines.flatMap((line) => (line.event === 'end' ? [[line.run, line.outcome]] : [])));
  return lines
    .flatMap((line): AuditRecord[] => {
      if (line.event !== 'start') return [];
      const { event: _event, ...start } = line;
      const outcome = ends.get(line.run);
      return [
        { ...start, ...(outcome === undefined ? {} : { outcome }), results: results.get(line.run) ?? {} },
      ];
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

function parse(text: string): AuditLine[] {
  if (text.trim() === '') return [];
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null && 'event' in line && 'run' in line
      ? [line as AuditLine]
      : [];
  } catch {
    return [];
  }
}
