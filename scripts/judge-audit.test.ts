import { expect, test } from 'vitest';
import { judgeAudit } from './judge-audit.ts';

const report = (vulnerabilities: object) => JSON.stringify({ metadata: { vulnerabilities } });

test('a vulnerability of high severity fails, lower ones do not', () => {
  expect(judgeAudit(report({ low: 3, moderate: 2, high: 0, critical: 0 })).exitCode).toBe(0);
  expect(judgeAudit(report({ high: 1 })).exitCode).toBe(1);
  expect(judgeAudit(report({ critical: 1 })).exitCode).toBe(1);
});

test.each(['', 'no JSON', '{"error":{"code":"E405"}}'])(
  'an audit that is not answered (%j) is said so',
  (json) => {
    expect(judgeAudit(json)).toMatchObject({ exitCode: 0, said: expect.stringContaining('NOT CHECKED') });
  },
);
