/** The operator's page of symptoms: every alarm that any stage has is on it, with a page that is there, and it names no other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROCESSOR_NAMES } from '../../infra/settings/streams.ts';
import { ALL_TABLES } from '../../infra/settings/tables.ts';
import { stageOf } from '../../infra/stages.ts';
import { tableName } from '../../infra/tables/definition.ts';
import { resources, type StackName, templatesOf } from '../../infra/testing.ts';

const FOLDER = join(import.meta.dirname, '../../docs/operations');
const page = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const rows = [...page.matchAll(/^\| (`.*-(?:warn|page)`) \| (.*) \|$/gm)].map(
  ([, names = '', pages = '']) => ({
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    pages: [...pages.matchAll(/\]\(([^)#]+)(#[^)]+)?\)/g)].map(([, file = '', part]) => ({ file, part })),
  }),
);
const STAGES = ['dev', 'staging', 'prod'];

/** What stands for what in an alarm's name. */
function pattern(name: string, stageName: string): RegExp {
  const stage = stageOf(stageName);
  const parts: Record<string, readonly string[]> = {
    processor: PROCESSOR_NAMES,
    mapping: [...PROCESSOR_NAMES, 'analytics-history'],
    node: ['\\d'],
    table: ALL_TABLES.flatMap((definition) => {
      const table = tableName(definition, stage);
      return [table, ...Object.keys(definition.indexes).map((index) => `${table}-${index}`)];
    }),
  };
  const filled = name.replace(/<(\w+)>/g, (whole, part: string) => `(${parts[part]?.join('|') ?? whole})`);
  return new RegExp(`^streamkeeper-${stageName}-${filled}$`);
}

function alarmsOf(stage: string): string[] {
  const templates = templatesOf(stage);
  return (Object.keys(templates) as StackName[]).flatMap((system) =>
    Object.values(resources(templates[system], 'AWS::CloudWatch::Alarm')).map(({ Properties }) =>
      String(Properties['AlarmName']),
    ),
  );
}

test('every alarm of every stage is on the page, and every one on the page is an alarm', () => {
  const unused = new Set(rows.flatMap(({ names }) => names));
  for (const stage of STAGES) {
    const patterns = [...new Set(rows.flatMap(({ names }) => names))].map(
      (name) => [name, pattern(name, stage)] as const,
    );
    const missing = alarmsOf(stage).filter((alarm) => {
      const found = patterns.filter(([, expression]) => expression.test(alarm));
      for (const [name] of found) unused.delete(name);
      return found.length === 0;
    });
    expect(missing).toEqual([]);
  }
  expect([...unused]).toEqual([]);
});

test('every alarm leads to a page that is there, and to a part of it that is there', () => {
  for (const { names, pages } of rows) {
    expect(pages.length, names.join(', ')).toBeGreaterThan(0);
    for (const { file, part } of pages) {
      expect(existsSync(join(FOLDER, file)), file).toBe(true);
      if (part === undefined) continue;
      const anchors = [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/^#+ (.*)$/gm)].map(
        ([, heading = '']) =>
          `#${heading
            .toLowerCase()
            .replace(/[^\w\s-]/g, '')
            .replaceAll(' ', '-')}`,
      );
      expect(anchors, `${file}${part}`).toContain(part);
    }
  }
});
