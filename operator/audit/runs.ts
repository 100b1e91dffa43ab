/** Puts the parts of an audit trail together again: one summary for each run. Pure; lines that are none of ours are passed over. */
import * as z from 'zod';
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
    const own: Record<string, number> = results.get(line.run) ?? Object.create(null);
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

const ofRun = { run: z.string(), at: z.string() };

const auditLine = z.discriminatedUnion('event', [
  z.object({
    ...ofRun,
    event: z.literal('start'),
    who: z.object({
      user: z.string(),
      host: z.string(),
      arn: z.string().optional(),
      accessKeyId: z.string().optional(),
      profile: z.string().optional(),
    }),
    stage: z.string(),
    command: z.string(),
    arguments: z.array(z.string()),
    reason: z.string().optional(),
  }),
  z.object({ ...ofRun, event: z.literal('result'), result: z.string() }).loose(),
  z.object({ ...ofRun, event: z.literal('end'), outcome: z.enum(['done', 'failed', 'interrupted']) }).loose(),
]);

function parse(text: string): AuditLine[] {
  if (text.trim() === '') return [];
  try {
    const line = auditLine.safeParse(JSON.parse(text));
    return line.success ? [line.data as AuditLine] : [];
  } catch {
    return [];
  }
}
