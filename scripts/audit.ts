/**
 * Fails where a package that is deployed has a known vulnerability of high severity. A registry that does not answer audits proves nothing
 * either way: that is said, and does not fail.
 */
import { spawnSync } from 'node:child_process';
import { judgeAudit } from './judge-audit.ts';

const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 120_000,
});
const { exitCode, said } = judgeAudit(error === undefined ? stdout : '');
console.log(said);
process.exitCode = exitCode;
