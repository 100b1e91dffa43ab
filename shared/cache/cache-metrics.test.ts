import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, expect, test, vi } from 'vitest';
import { powertoolsCacheMetrics } from './cache-metrics.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('what each level answered is counted, told by cache and level, and begun anew with every invocation', () => {
  // In its development mode Powertools writes to the console that a test can listen to.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => {
    const { _aws, ...values } = JSON.parse(line);
    lines.push(values);
  });
  const metrics = new Metrics({ namespace: 'Test', serviceName: 'reader' });
  const { count, publish } = powertoolsCacheMetrics(metrics, 'analysis');
  count('memory', 'miss');
  count('redis', 'hit');
  count('redis', 'hit');
  count('redis', 'unavailable');
  publish();
  const of = { service: 'reader', cache: 'analysis' };
  expect(lines.splice(0)).toEqual([
    { ...of, level: 'memory', CacheMisses: 1 },
    { ...of, level: 'redis', CacheHits: 2 },
    { ...of, level: 'redis', CacheUnavailable: 1 },
  ]);
  publish();
  expect(lines).toEqual([]);
  count('table', 'hit');
  publish();
  expect(lines).toEqual([{ ...of, level: 'table', CacheHits: 1 }]);
});
