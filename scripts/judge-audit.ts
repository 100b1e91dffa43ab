/** What `npm audit --json` says: nothing known, something that must be mended, or that nobody could be asked. */

export interface Judgement {
  readonly exitCode: 0 | 1;
  /** One line. */
  readonly said: string;
}

const SEVERE = ['high', 'critical'] as const;

/** @param json npm's output; anything that is no report counts as not answered */
export function judgeAudit(json: string): Judgement {
  const counts = countsIn(json);
  if (counts === undefined)
    return {
      exitCode: 0,
      said: 'audit: NOT CHECKED: the registry answered no audit; run npm audit --omit=dev where it does',
    };
  const severe = SEVERE.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  const all = SEVERE.map((severity) => `${counts[severity] ?? 0} ${severity}`).join(', ');
  return severe === 0
    ? { exitCode: 0, said: `audit: ${all} in what is deployed` }
    : { exitCode: 1, said: `audit: ${all} in what is deployed; npm audit --omit=dev names them` };
}

function countsIn(json: string): Readonly<Record<string, number>> | undefined {
  try {
    const report: { metadata?: { vulnerabilities?: Readonly<Record<string, number>> } } = JSON.parse(json);
    return report.metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
}
