/** A system's state as a table for people, and below it what wants their attention. */
import { count, span } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { MappingHealth, QueueHealth, SystemStatus } from './status.ts';

/** Shown where something is not known. */
const UNKNOWN = '—';

/** @param attention as of the same status */
export function renderStatus(
  status: SystemStatus,
  attention: readonly string[],
  title: string,
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
): string {
  const rows = status.mappings.map((mapping) => ({
    mapping,
    queue: status.queues.find(({ processor }) => processor === mapping.processor),
  }));
  const table = renderTable(
    rows,
    [
      { title: 'MAPPING', text: ({ mapping }) => mapping.title },
      { title: 'STATE', text: ({ mapping }) => mapping.state },
      { title: 'OLDEST RECORD', text: ({ mapping }) => age(mapping.oldestAgeMs), align: 'right' },
      { title: 'RATE', text: ({ mapping }) => rate(mapping), align: 'right' },
      { title: 'ERRORS', text: ({ mapping }) => known(mapping.errors), align: 'right' },
      { title: 'THROTTLES', text: ({ mapping }) => known(mapping.throttles), align: 'right' },
      { title: 'LETTERS', text: ({ queue }) => letters(queue), align: 'right' },
      { title: 'OLDEST LETTER', text: ({ queue }) => age(queue?.oldestAgeMs), align: 'right' },
    ],
    out,
  );
  const wanted = attention.map((line) => `! ${line}`);
  const unknown = status.unknown.map((line) => `? not known: ${line}`);
  const end = wanted.length === 0 ? ['Nothing wants your attention.'] : wanted;
  return [`${title}\n`, table, ...[...end, ...unknown].map((line) => `${line}\n`)]
    .join('\n')
    .replace(/\n\n(?=[!?])/g, '\n');
}

const age = (ms: number | undefined) => (ms === undefined ? UNKNOWN : ms === 0 ? 'none' : span(ms));

const known = (value: number | undefined) => (value === undefined ? UNKNOWN : count(value));

function rate({ invoked }: MappingHealth): string {
  if (invoked === undefined || invoked.overMs === 0) return UNKNOWN;
  const perMinute = (invoked.records * 60_000) / invoked.overMs;
  return `${perMinute >= 10 || perMinute === 0 ? count(Math.round(perMinute)) : perMinute.toFixed(1)}/min`;
}

/** Those that somebody holds are there too. */
function letters(queue: QueueHealth | undefined): string {
  if (queue === undefined) return UNKNOWN;
  const held = queue.inFlight + queue.delayed;
  return held === 0 ? count(queue.visible) : `${count(queue.visible)} + ${count(held)} held`;
}
