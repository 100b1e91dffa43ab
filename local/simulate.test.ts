import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const door = fileURLToPath(new URL('simulate.ts', import.meta.url));
const simulate = (input: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [door, ...args], {
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const record = { dynamodb: { SequenceNumber: '100', ApproximateCreationDateTime: 1_789_649_910 } };
const oneRecord = { shards: [{ shardId: 's', records: [{ atMs: 0, record }] }] };

describe('the door', () => {
  it('turns a case on standard input into a transcript on standard output', () => {
    const { status, stdout, stderr } = simulate(JSON.stringify({ ...oneRecord, note: 'x' }), '--metrics');
    expect([status, stderr]).toEqual([0, 'simulate: members not known here are ignored: note\n']);
    expect(JSON.parse(stdout)).toMatchObject({
      invocations: [{ atMs: 0, shardId: 's', sequenceNumbers: ['100'], outcome: 'success' }],
      onFailure: [],
      filtered: [],
      checkpoints: { s: '100' },
      metrics: { InvokedEventCount: 1 },
    });
  });

  it("refuses a mapping with AWS's error name and text, and exits 2", () => {
    const refused = simulate(JSON.stringify({ ...oneRecord, mapping: { BatchSize: 10_001 } }));
    expect(refused).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "ValidationException: 1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint: Member must have value less than or equal to 10000\n",
    });
  });

  it.each([
    ['{', 'simulate: the case is not JSON'],
    ['', 'simulate: the case is not JSON: it is empty'],
    ['{}', 'simulate: shards is missing; it must be a list of objects'],
  ])('refuses %j with one line, and exits 2', (input, message) => {
    const { status, stdout, stderr } = simulate(input);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('does with the case of its documentation what the documentation says', () => {
    const page = readFileSync(new URL('../docs/event-source-mapping.md', import.meta.url), 'utf8');
    const theCase = /<!-- case -->\s+```json\n(.+?)```/s.exec(page)?.[1] ?? '';
    const batches = /<!-- batches: (.+?) -->/.exec(page)?.[1];
    const { invocations } = JSON.parse(simulate(theCase).stdout);
    const seen = invocations.map(({ sequenceNumbers }: { sequenceNumbers: string[] }) =>
      sequenceNumbers.join(' '),
    );
    expect(seen.join(' | ')).toBe(batches);
  });

  it('explains itself', () => {
    expect(simulate('', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('case.json') });
    expect(simulate('', '--hepl').status).toBe(2);
    expect(simulate('', 'no-such-file.json')).toMatchObject({ status: 2, stdout: '' });
  });
});
