/** Figures are what CloudWatch has of each metric in the time that is asked about, however many answers that takes. */
import { expect, test } from 'vitest';
import { type Figure, readFigures } from './metrics.ts';
import { cloudWatchOf, type Point } from './testing.ts';

const MINUTE = 60_000;

const errors = (name: string, as: Figure['as']): Figure => ({
  namespace: 'AWS/Lambda',
  metric: 'Errors',
  dimension: { name: 'FunctionName', value: name },
  as,
});
const point = (name: string, minute: number, sum: number, maximum = sum): Point => ({
  of: `AWS/Lambda Errors FunctionName=${name}`,
  atMs: minute * MINUTE,
  sum,
  maximum,
});
const read = (points: readonly Point[], figures: readonly Figure[], page?: number) =>
  readFigures(cloudWatchOf(points, page), figures, { fromMs: 5 * MINUTE, toMs: 10 * MINUTE });

test('a sum is of all minutes of the time, and the latest is the newest minute’s greatest', async () => {
  const points = [
    point('a', 4, 1000),
    point('a', 5, 1),
    point('a', 8, 20, 9),
    point('a', 6, 300),
    point('a', 10, 4000),
  ];
  expect(await read(points, [errors('a', 'sum'), errors('a', 'latest')])).toEqual([321, 9]);
});

test('what has no point in the time is absent, and never zero', async () => {
  expect(
    await read([point('b', 5, 0)], [errors('a', 'sum'), errors('b', 'sum'), errors('c', 'latest')]),
  ).toEqual([undefined, 0, undefined]);
});

test('more figures than one request takes are each their own', async () => {
  const names = Array.from({ length: 502 }, (_, index) => `f${index}`);
  const points = names.map((name, index) => point(name, 5 + (index % 5), index));
  expect(
    await read(
      points,
      names.map((name) => errors(name, 'sum')),
      200,
    ),
  ).toEqual(names.map((_, index) => index));
});
