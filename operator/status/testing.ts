/** CloudWatch for tests: it answers from points that a test writes down, newest or oldest first as it is asked to, a few in a page. */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';

export interface Point {
  /** `AWS/Lambda Errors FunctionName=bids`. */
  readonly of: string;
  /** ms since the epoch. */
  readonly atMs: number;
  readonly sum: number;
  /** @default as `sum` */
  readonly maximum?: number;
}

/** In one request (CloudWatch API reference, GetMetricData). */
const MOST_QUERIES = 500;

/** @param size points, or names, in a page */
export function cloudWatchOf(points: readonly Point[], size = 2): CloudWatchClient {
  const series = Map.groupBy(points, ({ of }) => of);
  const send = async (command: unknown) => {
    if (command instanceof ListMetricsCommand) return metricsOf(command.input);
    if (command instanceof GetMetricDataCommand) return dataOf(command.input);
    throw new Error('nothing else is asked for');
  };
  return { send } as unknown as CloudWatchClient;

  function metricsOf({ Namespace: namespace, Dimensions: [dimension] = [], NextToken: token }: ListInput) {
    const of = ` ${dimension?.Name}=${dimension?.Value}`;
    const names = new Set(
      [...series.keys()].flatMap((name) =>
        name.startsWith(`${namespace} `) && name.endsWith(of) ? name.split(' ')[1] : [],
      ),
    );
    const { page, next } = pageOf([...names], token);
    return { Metrics: page.map((name) => ({ Namespace: namespace, MetricName: name })), ...next };
  }

  function dataOf(input: GetMetricDataCommand['input']) {
    const { MetricDataQueries: queries = [], StartTime: from, EndTime: to, ScanBy: order } = input;
    if (queries.length > MOST_QUERIES) throw new Error('ValidationError: too many queries');
    if (new Set(queries.map(({ Id: id }) => id)).size < queries.length)
      throw new Error('ValidationError: an id is there twice');
    const first = order === 'TimestampDescending' ? -1 : 1;
    const values = queries.flatMap((query) =>
      (series.get(seriesOf(query)) ?? [])
        .filter(({ atMs }) => atMs >= Number(from) && atMs < Number(to))
        .sort((one, other) => first * (one.atMs - other.atMs))
        .map(({ sum, maximum = sum }) => ({
          id: query.Id,
          value: query.MetricStat?.Stat === 'Sum' ? sum : maximum,
        })),
    );
    const { page, next } = pageOf(values, input.NextToken);
    const results = Map.groupBy(page, ({ id }) => id);
    return {
      MetricDataResults: [...results].map(([id, found]) => ({
        Id: id,
        Values: found.map(({ value }) => value),
      })),
      ...next,
    };
  }

  function pageOf<T>(all: readonly T[], token: string | undefined) {
    const from = Number(token ?? 0);
    const end = from + size;
    return { page: all.slice(from, end), next: end < all.length ? { NextToken: String(end) } : {} };
  }
}

type ListInput = ListMetricsCommand['input'];

function seriesOf({ MetricStat: stat }: MetricDataQuery): string {
  const { Namespace: namespace, MetricName: name, Dimensions: [dimension] = [] } = stat?.Metric ?? {};
  return `${namespace} ${name} ${dimension?.Name}=${dimension?.Value}`;
}
