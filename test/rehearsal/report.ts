/** What was proven and what was not, as people read it. */
import { renderTable } from '../../operator/terminal/table.ts';
import type { Row } from './ledger.ts';
import { NOT_SHOWN } from './not-shown.ts';

export interface Surroundings {
  readonly search: string;
  readonly redis: string;
  readonly tookMs: number;
}

type Out = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

const RESULTS = {
  proven: 'proven',
  simulated: 'by the simulator',
  failed: 'NOT PROVEN',
  'not-reached': 'not reached',
} as const satisfies Record<Row['result'], string>;

export function rowText({ part, claim, result, evidence, tookMs }: Row): string {
  return `${RESULTS[result]}: ${part}: ${claim} (${seconds(tookMs)})${evidence === '' ? '' : `: ${evidence}`}`;
}

export function reportText(rows: readonly Row[], { search, redis, tookMs }: Surroundings, out: Out): string {
  const proven = renderTable(
    rows,
    [
      { title: 'PART', text: ({ part }) => part },
      { title: 'CLAIM', text: ({ claim }) => claim, atLeast: 20 },
      { title: 'RESULT', text: ({ result }) => RESULTS[result] },
      { title: 'SEEN', text: ({ evidence }) => evidence, atLeast: 20 },
      { title: 'TOOK', text: (row) => seconds(row.tookMs), align: 'right' },
    ],
    out,
  );
  const open = renderTable(
    NOT_SHOWN,
    [
      { title: 'NOT SHOWN BY THIS EMULATOR', text: ({ what }) => what },
      { title: 'SHOWN ELSEWHERE', text: ({ shownBy }) => shownBy, atLeast: 20 },
    ],
    out,
  );
  const count = (result: Row['result']) => rows.filter((row) => row.result === result).length;
  const sum = `${count('proven')} proven, ${count('simulated')} by the simulator, ${count('failed') + count('not-reached')} not; with ${search}, ${redis}; ${seconds(tookMs)}`;
  return `${proven}\n${open}\n${sum}`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
