/**
 * `node scripts/draw-dashboard.ts`: draws docs/dashboard.svg from the dashboard that stage dev synthesizes. Places, titles and
 * lines' names are the dashboard's own; the curves are made up, and the same at every run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { buildApp } from '../infra/build-app.ts';

const COLUMN = 40;
const ROW = 26;
/** Of a graph: its title above, its names below the curves. */
const MARGIN = { top: 24, bottom: 22, side: 10 };
const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22'];
/** The tables are alike: two are drawn, and how many there are is said. */
const TABLES_DRAWN = 2;

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

function widgets(): Widget[] {
  const outdir = mkdtempSync(join(tmpdir(), 'streamkeeper-draw-'));
  try {
    const { stacks } = buildApp({ stage: 'dev', outdir, bundle: false }).app.synth();
    const resources = stacks.flatMap(({ template }) =>
      Object.values<{ Type: string; Properties: Record<string, unknown> }>(template.Resources),
    );
    const found = resources.find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
    return JSON.parse(joined(found?.Properties['DashboardBody'])).widgets;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Account, region and partition are drawn nowhere. */
function joined(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  return parts === undefined ? '…' : parts[1].map(joined).join(parts[0]);
}

function draw(all: readonly Widget[]): string {
  const tables = all
    .filter(({ properties }) => properties.title?.includes(': throttled requests'))
    .map(({ y }) => y);
  const cut = tables[TABLES_DRAWN] ?? Number.POSITIVE_INFINITY;
  const drawn = all.filter(({ y }) => y < cut);
  const height = Math.max(...drawn.map(({ y, height: rows }) => y + rows)) * ROW + 40;
  const more = tables.length - TABLES_DRAWN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${24 * COLUMN} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>The dashboard of stage dev, with made-up curves</title>',
    `<rect width="100%" height="100%" fill="#f2f3f3"/>`,
    ...drawn.flatMap(drawWidget),
    `<text x="12" y="${height - 14}" fill="#555">… and ${more} more tables, each with its indexes</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function drawWidget(widget: Widget): string[] {
  const { x, y, width, height, properties } = widget;
  const box = { x: x * COLUMN + 3, y: y * ROW + 3, width: width * COLUMN - 6, height: height * ROW - 6 };
  if (widget.type === 'text') {
    const heading = (properties.markdown ?? '').replace(/^#+ /, '');
    return [
      `<text x="${box.x + 6}" y="${box.y + 15}" font-size="14" font-weight="bold">${escaped(heading)}</text>`,
    ];
  }
  const frame = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="#fff" stroke="#ccc"/>`;
  const most = Math.floor(box.width / 6);
  const title = `<text x="${box.x + 8}" y="${box.y + 16}" font-weight="bold">${escaped((properties.title ?? '').slice(0, most))}</text>`;
  return [
    frame,
    title,
    ...(widget.type === 'alarm' ? alarmTiles(box, properties.alarms ?? []) : curves(box, widget)),
  ];
}

type Box = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;

function alarmTiles(box: Box, arns: readonly string[]): string[] {
  const wide = (box.width - 2 * MARGIN.side) / 4;
  const tall = (box.height - MARGIN.top - 4) / Math.ceil(arns.length / 4);
  return arns.flatMap((arn, index) => {
    const left = box.x + MARGIN.side + (index % 4) * wide;
    const top = box.y + MARGIN.top + Math.floor(index / 4) * tall;
    const name = arn.split(':').at(-1)?.replace('streamkeeper-dev-', '') ?? '';
    // One of them fires, so that one sees what that looks like.
    const color = name === 'products-iterator-age-warn' ? '#d62728' : '#2ca02c';
    return [
      `<rect x="${left}" y="${top.toFixed(1)}" width="5" height="${(tall - 2).toFixed(1)}" fill="${color}"/>`,
      ...(tall < 7
        ? []
        : [
            `<text x="${left + 9}" y="${(top + tall * 0.75).toFixed(1)}" font-size="${Math.min(10, tall - 1).toFixed(1)}">${escaped(name.slice(0, 44))}</text>`,
          ]),
    ];
  });
}

function curves(box: Box, { properties }: Widget): string[] {
  const names = (properties.metrics ?? []).flatMap(nameOf).slice(0, COLORS.length);
  const floor = box.y + box.height - MARGIN.bottom;
  const tall = floor - box.y - MARGIN.top;
  return [
    `<line x1="${box.x + MARGIN.side}" y1="${floor}" x2="${box.x + box.width - MARGIN.side}" y2="${floor}" stroke="#999"/>`,
    ...names.flatMap((name, index) => {
      const color = COLORS[index] ?? '#000';
      const points = series(`${properties.title?.includes('throttled') ? 'throttled' : ''}${name}`).map(
        (value, at, every) => {
          const left = box.x + MARGIN.side + (at / (every.length - 1)) * (box.width - 2 * MARGIN.side);
          return `${left.toFixed(1)},${(floor - value * tall).toFixed(1)}`;
        },
      );
      const wide = (box.width - 2 * MARGIN.side) / Math.max(names.length, 3);
      const label = box.x + MARGIN.side + index * wide;
      return [
        `<polyline points="${points.join(' ')}" fill="none" stroke="${color}"/>`,
        `<text x="${label.toFixed(1)}" y="${floor + 13}" font-size="8" fill="${color}">${escaped(name.slice(0, Math.floor(wide / 4.6)))}</text>`,
      ];
    }),
  ];
}

/** A metric that a sum is made of is not shown itself. */
function nameOf(metric: readonly unknown[]): string[] {
  const options = metric.at(-1) as { label?: string; visible?: boolean; expression?: string };
  if (options.visible === false) return [];
  return [options.label || options.expression?.match(/MetricName="(\w+)"/)?.[1] || String(metric[1])];
}

const TROUBLE =
  /error|throttl|poison|transient|refused|evicted|letters|taken|unrecorded|bounce|complaint|reject|[45]xx/i;

/** Between 0 and 1, made up from the name alone. */
function series(name: string): number[] {
  let state = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  // As on a good day.
  if (TROUBLE.test(name)) return Array.from({ length: 48 }, () => 0.01);
  const level = 0.1 + 0.6 * next();
  return Array.from({ length: 48 }, () => Math.min(1, level + 0.2 * (next() - 0.5)));
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

const repository = dirname(import.meta.dirname);
const file = join(repository, 'docs', 'dashboard.svg');
writeFileSync(file, draw(widgets()));
console.log(`drawn: ${relative(repository, file)}`);
