/** CloudWatch's figures, many in few requests; one that has no data points is absent, which for idle streams is normal. */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';

export interface Figure {
  readonly namespace: 'AWS/Lambda' | 'AWS/SQS' | 'Streamkeeper';
  readonly metric: string;
  readonly dimension: { readonly name: string; readonly value: string };
  /** `latest`: the last minute's maximum that there is. `sum`: of all. */
  readonly as: 'latest' | 'sum';
}

/** As many queries as one request takes (CloudWatch API reference, GetMetricData). */
const MOST = 500;

/** @returns by the position of the figure */
export async function readFigures(
  client: Pick<CloudWatchClient, 'send'>,
  figures: readonly Figure[],
  window: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly (number | undefined)[]> {
  const values = figures.map((): number[] => []);
  for (let from = 0; from < figures.length; from += MOST) {
    const queries = figures.slice(from, from + MOST).map((figure, index) => queryOf(figure, from + index));
    let token: string | undefined;
    do {
      const page = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(window.fromMs),
          EndTime: new Date(window.toMs),
          ScanBy: 'TimestampDescending',
          NextToken: token,
        }),
      );
      for (const { Id: id = '', Values: found = [] } of page.MetricDataResults ?? [])
        values[Number(id.slice(1))]?.push(...found);
      token = page.NextToken || undefined;
    } while (token !== undefined);
  }
  return figures.map(({ as }, index) => {
    const [latest, ...earlier] = values[index] ?? [];
    if (latest === undefined) return undefined;
    return as === 'latest' ? latest : earlier.reduce((sum, value) => sum + value, latest);
  });
}

function queryOf({ namespace, metric, dimension, as }: Figure, index: number): MetricDataQuery {
  return {
    Id: `f${index}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: [{ Name: dimension.name, Value: dimension.value }],
      },
      Period: 60,
      Stat: as === 'latest' ? 'Maximum' : 'Sum',
    },
  };
}
