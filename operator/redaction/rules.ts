/**
 * What to do with which attribute before a record leaves the system, as data: the first rule that names an attribute decides, and what
 * no rule names loses its content. So an attribute that nobody thought of does not get out.
 */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { lineOf, Problem } from '../../local/problem.ts';
import { globMatches, globParts } from '../../shared/glob.ts';
import defaultRules from './default-rules.json' with { type: 'json' };

/**
 * - `keep`: stays if it looks like a word, a number or a time; free text in such an attribute is redacted all the same.
 * - `key`: ids in it become pseudonyms; entity names (`PRODUCT#`, `DETAILS`) and times stay.
 * - `id`: becomes a pseudonym, the same wherever the same id stands, also as a part of a key.
 * - `email`: becomes an address at example.com; what is no address stays none.
 * - `digits`: digits become zeros, everything else a filling.
 * - `coarse`: numbers lose their fraction.
 * - `redact`: texts become others of the same length and scripts, numbers others of the same sign and number of digits.
 */
export const TREATMENTS = ['keep', 'key', 'id', 'email', 'digits', 'coarse', 'redact'] as const;
export type Treatment = (typeof TREATMENTS)[number];

const ruleSchema = z.strictObject({
  /**
   * Names with `*` for anything; with a dot or `[]` a whole path below the image, e.g. `location.coordinates[]`, else the attribute's own
   * name at any depth. Rules of an attribute hold for what is in it, unless another names that.
   */
  attributes: z.array(z.string().min(1)).min(1),
  as: z.enum(TREATMENTS),
  /** What to do with the names in a map: `id` where they are ids. By default names that look like a schema's stay. */
  names: z.enum(['keep', 'id']).optional(),
});

const rulesSchema = z.strictObject({ version: z.literal(1), rules: z.array(ruleSchema) });

export type RedactionRules = z.infer<typeof rulesSchema>;

export const DEFAULT_RULES: RedactionRules = parseRules(
  defaultRules,
  'operator/redaction/default-rules.json',
);

/** @throws Problem naming the file and the field */
export function parseRules(value: unknown, file: string): RedactionRules {
  const parsed = rulesSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new Problem(`redaction rules ${file}: ${path.join('.') || 'the whole'}: ${message}`);
}

/** The user's own rules go before the default ones. @throws Problem when the file cannot be read or is no rules */
export function readRules(file: string): RedactionRules {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`redaction rules ${file}: ${lineOf(error)}; name a JSON file of rules`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem(
      `redaction rules ${file}: not JSON; see operator/redaction/default-rules.json for the form`,
    );
  }
  const own = parseRules(value, file);
  return { version: 1, rules: [...own.rules, ...DEFAULT_RULES.rules] };
}

export interface Rule {
  readonly as: Treatment;
  readonly names: 'keep' | 'id';
}

/** @returns for a path such as `['location', 'coordinates', '[]']` the rule that names it, if one does */
export type FindRule = (path: readonly string[]) => Rule | undefined;

export function compileRules({ rules }: RedactionRules): FindRule {
  const compiled = rules.flatMap(({ attributes, as, names = 'keep' }) =>
    attributes.map((pattern) => ({
      wholePath: /\.|\[\]/.test(pattern),
      parts: globParts(pattern),
      rule: { as, names },
    })),
  );
  const found = new Map<string, Rule | undefined>();
  return (path) => {
    const whole = path.join('.').replaceAll('.[]', '[]');
    const name = path.at(-1) ?? '';
    // An attribute may have a dot in its name: the path as text is then that of another too.
    const asked = `${name.length} ${whole}`;
    if (found.has(asked)) return found.get(asked);
    const rule = compiled.find(({ wholePath, parts }) => globMatches(parts, wholePath ? whole : name))?.rule;
    // Names come from records: a table that grows with them would grow for ever.
    if (found.size < 10_000) found.set(asked, rule);
    return rule;
  };
}
