/** Which failure codes a deployed processor reported lately, by its own metrics `Failed.<code>` (shared/telemetry/batch-report.ts). */
import { type CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { type Figure, readFigures } from '../status/metrics.ts';

/** A batch that waits for a dependency reports once in a time-out, a minute or two; metrics come a minute late. */
const WINDOW_MS = 15 * 60_000;

const PREFIX = 'Failed.';

/** @returns records by code; empty where there are no metrics */
export async function failureCodes(
  client: Pick<CloudWatchClient, 'send'> | undefined,
  processor: string,
  nowMs: number,
): Promise<Readonly<Record<string, number>>> {
  if (client === undefined) return {};
  const names = new Set<string>();
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListMetricsCommand({
        Namespace: 'Streamkeeper',
        Dimensions: [{ Name: 'service', Value: processor }],
        RecentlyActive: 'PT3H',
        NextToken: token,
      }),
    );
    for (const { MetricName: name = '' } of page.Metrics ?? []) if (name.startsWith(PREFIX)) names.add(name);
    token = page.NextToken || undefined;
  } while (token !== undefined);
  const figures = [...names].map(
    (metric): Figure => ({
      namespace: 'Streamkeeper',
      metric,
      dimension: { name: 'service', value: processor },
      as: 'sum',
    }),
  );
  if (figures.length === 0) return {};
  const values = await readFigures(client, figures, { fromMs: nowMs - WINDOW_MS, toMs: nowMs });
  return Object.fromEntries(
    figures.flatMap(({ metric }, index): [string, number][] => {
      const records = values[index];
      return records === undefined || records === 0 ? [] : [[metric.slice(PREFIX.length), records]];
    }),
  );
}
