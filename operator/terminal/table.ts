/** Rows as aligned columns of plain text. On a terminal a table fits its width; in a file or a pipe nothing is cut. */
import { styleText } from 'node:util';
import { cutTo, fillTo, widthOf } from './width.ts';

export interface Column<Row> {
  readonly title: string;
  /** Newlines and other control characters are shown as spaces. */
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Cut first, to no fewer columns than this, when the terminal is too narrow. Absent: never cut. */
  readonly atLeast?: number;
}

/** @param out its width and whether it is a terminal decide */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  out: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
): string {
  const isTerminal = out.isTTY === true;
  const cells = rows.map((row) => columns.map(({ text }) => oneLine(text(row))));
  const natural = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((line) => widthOf(line[index] ?? ''))),
  );
  const widths = isTerminal && out.columns > 0 ? narrowed(natural, columns, out.columns) : natural;
  const line = (texts: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const width = widths[index] ?? 0;
        return fillTo(cutTo(texts[index] ?? '', width), width, align);
      })
      .join(GAP)
      .trimEnd();
  const head = line(columns.map(({ title }) => title));
  return `${[isTerminal ? styleText('bold', head) : head, ...cells.map(line)].join('\n')}\n`;
}

const GAP = '  ';

/** Takes from the widest column that may be cut until all fit, or none may be cut any more. */
function narrowed<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  available: number,
): number[] {
  const widths = [...natural];
  let tooMuch = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - available;
  while (tooMuch > 0) {
    const spare = columns.map(({ atLeast }, index) =>
      atLeast === undefined ? 0 : (widths[index] ?? 0) - atLeast,
    );
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? 0) <= 0) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
    tooMuch--;
  }
  return widths;
}

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ');
