import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it } from 'vitest';
import { measurements } from './measurements.ts';

/** What is published, as the lines that CloudWatch would read. */
function published(publish: (metrics: Metrics) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const metrics = new Metrics({ namespace: 'Streamkeeper', serviceName: 'test' });
  Object.assign(metrics, { console: { log: (line: string) => lines.push(line) } });
  publish(metrics);
  return lines.map((line) => JSON.parse(line));
}

describe('measurements', () => {
  it('sums counts up per set of dimensions, whatever order the dimensions are named in', () => {
    const { measure, publish } = measurements();
    measure('Messages', 'count', 1, { From: 'hindi', To: 'tamil' });
    measure('Messages', 'count', 2, { To: 'tamil', From: 'hindi' });
    measure('Messages', 'count', 5, { From: 'tamil', To: 'hindi' });
    expect(published(publish)).toMatchObject([
      { From: 'hindi', To: 'tamil', Messages: 3 },
      { From: 'tamil', To: 'hindi', Messages: 5 },
    ]);
  });

  it('keeps every duration, at most 99 to a line, each line with its dimensions', () => {
    const { measure, publish } = measurements();
    for (let ms = 0; ms < 150; ms++) measure('Latency', 'milliseconds', ms, { Type: 'new_bid' });
    const lines = published(publish);
    expect(lines.map(({ Latency, Type }) => [(Latency as number[]).length, Type])).toEqual([
      [99, 'new_bid'],
      [51, 'new_bid'],
    ]);
  });

  it('says of each metric what it is counted in', () => {
    const { measure, publish } = measurements();
    measure('Pushes', 'count', 1);
    measure('Latency', 'milliseconds', 12);
    const [line] = published(publish) as { _aws: { CloudWatchMetrics: { Metrics: object[] }[] } }[];
    expect(line?._aws.CloudWatchMetrics[0]?.Metrics).toEqual([
      expect.objectContaining({ Name: 'Pushes', Unit: 'Count' }),
      expect.objectContaining({ Name: 'Latency', Unit: 'Milliseconds' }),
    ]);
  });

  it('publishes nothing twice, and nothing at all when nothing was measured', () => {
    const { measure, publish } = measurements();
    measure('Messages', 'count', 1);
    expect(published(publish)).toHaveLength(1);
    expect(published(publish)).toEqual([]);
  });
});
