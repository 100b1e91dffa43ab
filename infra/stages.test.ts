/** Stages are checked before anything is built from them. */
import { expect, test } from 'vitest';
import { checkStage } from './stage-schema.ts';
import { stageOf } from './stages.ts';

test.each(['dev', 'staging', 'prod'])('%s is a stage', (name) => {
  expect(stageOf(name).name).toBe(name);
});

test('a stage that does not exist is refused in one line that names those that do', () => {
  expect(() => stageOf('production')).toThrow('"production" is not a stage; use one of dev, staging, prod');
  expect(() => stageOf('toString')).toThrow('is not a stage');
});

test('only dev may lose its data, and only prod refuses to delete its tables', () => {
  expect(['dev', 'staging', 'prod'].map((name) => stageOf(name).data)).toEqual([
    'destroy',
    'retain',
    'retain',
  ]);
  expect(['dev', 'staging', 'prod'].map((name) => stageOf(name).deletionProtection)).toEqual([
    false,
    false,
    true,
  ]);
});

test('every wrong value of a stage is named, all in one line', () => {
  const dev = stageOf('dev');
  const wrong = {
    ...dev,
    tablePrefix: 'Staging_',
    logRetentionDays: 6,
    search: { ...dev.search, instanceCount: 3, zones: 2 },
  };
  const complaint = (() => {
    try {
      checkStage(wrong);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  })();
  for (const field of ['tablePrefix', 'logRetentionDays', 'search.instanceCount'])
    expect(complaint).toContain(field);
  expect(complaint).not.toContain('\n');
});

test('a field that no stage has is refused', () => {
  expect(() => checkStage({ ...stageOf('dev'), retainData: true })).toThrow('retainData');
});
