/** The cluster as a whole: what it is, how it is, and its persistent settings. */
import type { Catalog } from './catalog.ts';
import { illegalArgument } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Answer } from './request.ts';
import { flag } from './request.ts';
import { flatten, nest } from './settings.ts';

const NAME = 'streamkeeper-embedded';

/** The version whose answers this engine gives. */
export const info: Answer = {
  status: 200,
  body: {
    name: 'embedded',
    cluster_name: NAME,
    cluster_uuid: 'embedded00000000000000',
    version: {
      distribution: 'opensearch',
      number: '2.11.1',
      build_type: 'embedded',
      minimum_wire_compatibility_version: '7.10.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'The OpenSearch Project: https://opensearch.org/',
  },
};

export function health(catalog: Catalog, expression: string): Answer {
  const shards = catalog.resolve(expression).length;
  return {
    status: 200,
    body: {
      cluster_name: NAME,
      status: 'green',
      timed_out: false,
      number_of_nodes: 1,
      number_of_data_nodes: 1,
      active_primary_shards: shards,
      active_shards: shards,
      relocating_shards: 0,
      initializing_shards: 0,
      unassigned_shards: 0,
      active_shards_percent_as_number: 100,
    },
  };
}

export function showClusterSettings(catalog: Catalog, query: Readonly<Record<string, string>>): Answer {
  const { clusterSettings } = catalog;
  const persistent = flag(query['flat_settings'])
    ? Object.fromEntries(clusterSettings)
    : nest(clusterSettings);
  return { status: 200, body: { persistent, transient: {} } };
}

/** Of all cluster settings only this one changes what this engine does. */
const known = ['action.auto_create_index'];

export function changeClusterSettings(
  catalog: Catalog,
  body: JsonObject,
  query: Readonly<Record<string, string>>,
): Answer {
  const { persistent = {}, transient = {} } = body;
  if (!isObject(persistent) || !isObject(transient) || Object.keys(transient).length > 0) {
    throw illegalArgument('the embedded search engine keeps persistent settings only');
  }
  const changed = flatten(persistent);
  for (const name of changed.keys()) {
    if (known.includes(name)) continue;
    throw illegalArgument(
      `persistent setting [${name}], not recognized; the embedded search engine knows ${known.join(', ')}`,
    );
  }
  for (const [name, value] of changed) {
    if (value === null) catalog.clusterSettings.delete(name);
    else catalog.clusterSettings.set(name, value);
  }
  catalog.save();
  const kept = [...changed].filter(([, value]) => value !== null);
  const shown = flag(query['flat_settings']) ? Object.fromEntries(kept) : nest(kept);
  return { status: 200, body: { acknowledged: true, persistent: shown, transient: {} } };
}
