/** cdk-nag's rules "AwsSolutions" hold in every stage, but for findings whose reason stands in the code that causes them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, expect, test } from 'vitest';
import { buildApp } from './build-app.ts';

const outdir = mkdtempSync(join(tmpdir(), 'streamkeeper-nag-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

test.each(['dev', 'staging', 'prod'])('stage %s has no finding without a reason', (stage) => {
  const { app } = buildApp({ stage, outdir: join(outdir, stage), bundle: false });
  const { violations } = new AwsSolutionsChecks().validateScope(app);
  const findings = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
  expect(findings).toEqual([]);
});
