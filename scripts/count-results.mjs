/**
 * Names the tests that failed, adds up test reports and prints "N passed, N failed"; a report that is missing, or a step that failed
 * on its own, counts as a failure.
 */
import { existsSync, readFileSync } from 'node:fs';

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const path of reports) {
  if (!existsSync(path)) {
    console.error(`no test report: ${path}`);
    failed++;
    continue;
  }
  const { numPassedTests, numFailedTests, numTotalTests, success, testResults } = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  for (const { name, status, message, assertionResults } of testResults) {
    const tests = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of tests)
      console.log(`failed: ${name}: ${fullName}\n${failureMessages.join('\n')}`);
    if (status === 'failed' && tests.length === 0) console.log(`failed: ${name}\n${message}`);
  }
  passed += numPassedTests;
  failed += numFailedTests + (numTotalTests === 0 || (!success && numFailedTests === 0) ? 1 : 0);
}
if (failed === 0 && Number(failedSteps) > 0) failed = Number(failedSteps);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
