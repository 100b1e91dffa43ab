/**
 * Forbids the engine to create an index under the alias's name, or its versions' names, as a side effect of a write. A
 * bulk delete ignores `require_alias`: while the alias is missing it would create an index that bears the alias's name
 * and has a guessed mapping.
 */
import type { Client } from '@opensearch-project/opensearch';
import { engineError } from './engine-error.ts';

const SETTING = 'action.auto_create_index';

type Scope = 'persistent' | 'transient';

/** Only the names this project uses: others' indices are none of its business. */
const refusalsOf = (alias: string): string[] => [`-${alias}`, `-${alias}-v*`];

/**
 * The engine goes by the first rule that fits a name, so ours have to be among the refusals at the beginning.
 *
 * @returns the value that refuses our names and treats all others as before; undefined if it does so already
 */
export function refusing(value: string | undefined, alias: string): string | undefined {
  if (value === 'false') return undefined;
  const rules = value === undefined || value === 'true' ? ['+*'] : value.split(',');
  const firstPermission = rules.findIndex((rule) => !rule.trim().startsWith('-'));
  const refusals = firstPermission === -1 ? rules : rules.slice(0, firstPermission);
  const lacking = refusalsOf(alias).filter((refusal) => !refusals.includes(refusal));
  return lacking.length === 0 ? undefined : [...lacking, ...rules].join(',');
}

/** The setting is read, changed and written as a whole: another set-up's change may get lost with ours, so it is read again. */
const ROUNDS = 5;

/** @returns warnings: a cluster that does not let its settings be changed */
export async function forbidAutoCreate(client: Client, alias: string): Promise<string[]> {
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { body } = await client.cluster.getSettings({ flat_settings: true });
      const changes = changesOf(body, alias);
      if (Object.keys(changes).length === 0) return [];
      // The flat form of the key is the only one that Amazon OpenSearch Service takes ("Supported operations").
      await client.cluster.putSettings({ body: changes });
    }
    return [`${SETTING} keeps changing under this set-up; ${byHand(alias)}`];
  } catch (error) {
    const answer = engineError(error);
    if (!answer || answer.status === 429 || answer.status >= 500) throw error;
    return [
      `the cluster does not let this set-up change ${SETTING} (status ${answer.status}): a delete that arrives while the alias ` +
        `is missing may create an index called "${alias}"; allow cluster:admin/settings/update, or ${byHand(alias)}`,
    ];
  }
}

const byHand = (alias: string): string => `put ${refusalsOf(alias).join(',')} in front of its value by hand`;

type Settings = { readonly [K in Scope]?: Readonly<Record<string, unknown>> };

/** A transient value hides the persistent one, so it has to refuse too where there is one. */
function changesOf(settings: Settings, alias: string): { [K in Scope]?: { [SETTING]: string } } {
  const change = (scope: Scope, required: boolean) => {
    const current = settings[scope]?.[SETTING];
    if (current === undefined && !required) return {};
    const value = refusing(current === undefined ? undefined : String(current), alias);
    return value === undefined ? {} : { [scope]: { [SETTING]: value } };
  };
  return { ...change('persistent', true), ...change('transient', false) };
}
