import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { compileRules, DEFAULT_RULES, parseRules, type Rule, readRules } from './rules.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamkeeper-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const file = join(folder, 'mine.json');
  writeFileSync(file, text);
  return file;
}

const rulesOf = (...rules: readonly object[]) => parseRules({ version: 1, rules }, 'mine.json');
const as = (rule: Rule | undefined) => rule?.as;

describe('redaction rules', () => {
  it('name the field that is wrong', () => {
    expect(() => rulesOf({ attributes: ['a'], as: 'hide' })).toThrow(/mine\.json: rules\.0\.as/);
    expect(() => rulesOf({ attributes: ['a'], as: 'keep', name: 'id' })).toThrow(
      /mine\.json: rules\.0: .*name/,
    );
  });

  it('of a user decide before those that ship, which stay', () => {
    const find = compileRules(
      readRules(fileOf('{"version": 1, "rules": [{"attributes": ["status", "grade"], "as": "redact"}]}')),
    );
    expect([find(['status']), find(['grade']), find(['customerEmail'])].map(as)).toEqual([
      'redact',
      'redact',
      'email',
    ]);
  });

  it('that cannot be read are never taken for none', () => {
    expect(() => readRules(fileOf('{"version": 1'))).toThrow(Problem);
    expect(() => readRules(fileOf('[]'))).toThrow(Problem);
    expect(() => readRules(join(folder, 'nothing.json'))).toThrow(Problem);
  });

  it('name an attribute at any depth, a path only from the image on, and the first that does decides', () => {
    const find = compileRules(
      rulesOf(
        { attributes: ['grade'], as: 'keep' },
        { attributes: ['a.b', 'list[]'], as: 'digits' },
        { attributes: ['*'], as: 'redact', names: 'id' },
      ),
    );
    expect(find(['x', 'y', 'grade'])).toEqual({ as: 'keep', names: 'keep' });
    expect(find(['a', 'b'])).toEqual({ as: 'digits', names: 'keep' });
    expect(find(['list', '[]'])).toEqual({ as: 'digits', names: 'keep' });
    expect(find(['x', 'a', 'b'])).toEqual({ as: 'redact', names: 'id' });
  });

  it('say the same of an attribute whatever was asked before', () => {
    const asked = [['user', 'status'], ['user.status'], ['tags', '[]'], ['tags[]']];
    const rules = rulesOf({ attributes: ['status', '[]'], as: 'keep' });
    const alone = asked.map((path) => compileRules(rules)(path));
    const [find, back] = [compileRules(rules), compileRules(rules)];
    expect(asked.map(find)).toEqual(alone);
    expect(asked.toReversed().map(back).toReversed()).toEqual(alone);
  });

  it.each<[string | undefined, ...string[]]>([
    ['key', 'PK', 'SK', 'GSI1PK', 'GSI1SK'],
    ['email', 'email', 'customerEmail', 'order.contact_email'],
    ['digits', 'phone', 'customerPhone', 'phone_number', 'vendor.Phone'],
    ['id', 'id', 'vendor_id', 'customerId', 'participants[]', 'productIds[]', 'updatedBy', 'idempotencyKey'],
    ['coarse', 'lat', 'location.lon', 'location.coordinates[]'],
    ['keep', 'status', 'price', 'quantity', 'ttl', 'rating', 'created_at', 'createdAt', 'harvest_date'],
    [undefined, 'name', 'customerName', 'address', 'message', 'notes', 'title', 'title.hindi', 'location'],
  ])('ship with %s for what is so', (treatment, ...paths) => {
    const find = compileRules(DEFAULT_RULES);
    const parts = (path: string) => path.replaceAll('[]', '.[]').split('.');
    expect(paths.map((path) => [path, as(find(parts(path)))])).toEqual(
      paths.map((path) => [path, treatment]),
    );
  });

  it('ship with ids as names of recent reviews', () => {
    expect(compileRules(DEFAULT_RULES)(['recentReviews'])).toEqual({ as: 'redact', names: 'id' });
  });
});
