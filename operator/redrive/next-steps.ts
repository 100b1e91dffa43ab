/** What is to be done about letters that no redrive settles as they are: for each kind the sentence, and the commands. Pure. */
import { unreadCode } from '../dead-letters/where.ts';
import { counted } from '../terminal/format.ts';
import type { PlanReport } from './report.ts';

/** @param where how the commands must name the system, e.g. `--stage prod` */
export function nextSteps({ rows, unread }: Pick<PlanReport, 'rows' | 'unread'>, where: string): string[] {
  const command = (verb: string, processor: string, code: string, more = '') =>
    `  streamkeeper dlq ${verb} ${where} --where processor=${processor},code=${code}${more}`;
  const undecided = rows.filter(({ verdict }) => verdict === 'unresolvable');
  const ofRecords = grouped(undecided, (row) => [row.processor, row.code, String(row.passing === true)]);
  const ofLetters = grouped(unread, (letter) => [letter.processor, unreadCode(letter)]);
  return [
    ...ofRecords.flatMap(([[processor = '', code = '', passing], group]) => {
      const records = group.reduce((sum, { records: some }) => sum + some, 0);
      const what = `${processor}: ${counted(records, 'record')} that failed with ${code}`;
      return passing === 'true'
        ? [
            `${what} could not be judged just now; once what they depend on answers:`,
            command('redrive', processor, code),
          ]
        : [
            `${what} cannot succeed as they are: look at them, mend their items and redrive again, or give them up:`,
            command('show', processor, code),
            command('redrive', processor, code),
            command('discard', processor, code, ' --dry-run'),
          ];
    }),
    ...ofLetters.flatMap(([[processor = '', code = ''], group]) => [
      `${processor}: ${counted(group.length, 'letter')} of which not all records can be read, ${code}; what to do: docs/operations/reading-dead-letters.md#reasons`,
      command('show', processor, code),
      command('discard', processor, code, ' --dry-run'),
    ]),
  ];
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => readonly string[]): [string[], T[]][] {
  return [...Map.groupBy(all, (one) => JSON.stringify(keyOf(one)))].map(([key, group]) => [
    JSON.parse(key) as string[],
    group,
  ]);
}
