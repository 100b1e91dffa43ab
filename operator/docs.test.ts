/** What the operator's page shows is so: its commands are understood, its policy is one that IAM takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { auditCommand } from './commands/audit.ts';
import type { CommandContext } from './commands/command-context.ts';
import { pauseCommand, resumeCommand } from './commands/pause-resume.ts';
import { statusCommand } from './commands/status.ts';
import { validateCommand } from './commands/validate.ts';
import { whyStuckCommand } from './commands/why-stuck.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/operations/README.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);

/** Commands as they are, but that they do nothing. */
function program(): Command {
  const own = [auditCommand, pauseCommand, resumeCommand, statusCommand, validateCommand, whyStuckCommand];
  const all = new Command('streamkeeper').exitOverride().configureOutput({ writeErr: () => {} });
  for (const make of own)
    all.addCommand(
      make({} as CommandContext)
        .exitOverride()
        .action(() => {}),
    );
  return all;
}

const commands = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .flatMap(
    (line) =>
      /streamkeeper (?:-- )?((?:status|why-stuck|validate|audit|pause|resume)[^#]*)/.exec(line)?.[1] ?? [],
  );

test('the page shows commands', () => {
  expect(commands.length).toBeGreaterThan(4);
});

test.each(commands)('streamkeeper %s is understood', (line) => {
  const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);
  expect(() => program().parse(argv, { from: 'user' })).not.toThrow();
});

test('the policy allows named actions, and what changes something never on everything', () => {
  const [text = ''] = blocks('json');
  const policy = JSON.parse(text) as {
    Version: string;
    Statement: {
      Sid: string;
      Effect: string;
      Action: string | string[];
      Resource: string | string[];
      Condition?: object;
    }[];
  };
  expect(policy.Version).toBe('2012-10-17');
  for (const {
    Action: actions,
    Condition: condition,
    Effect: effect,
    Resource: resources,
  } of policy.Statement) {
    expect(effect).toBe('Allow');
    for (const action of [actions].flat()) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    const isRead = [actions].flat().every((action) => /:(Describe|Get|List)/.test(action));
    if ([resources].flat().includes('*') && !isRead) expect(condition).toBeDefined();
  }
});
