/** Which request does what. What is not in this table is refused, so that nothing seems to work here that does not. */
import type { DatabaseSync } from 'node:sqlite';
import { changeAliases, deleteAlias, putAlias, showAliases } from './aliases.ts';
import { analyze, readAnalysis } from './analysis.ts';
import { type RefuseItem, readBulk, runBulk } from './bulk.ts';
import type { Catalog } from './catalog.ts';
import { changeClusterSettings, health, info, showClusterSettings } from './cluster.ts';
import { getDocument, getSource, multiGet, writeOne } from './documents.ts';
import {
  addBlock,
  catIndices,
  changeMapping,
  changeSettings,
  createIndex,
  deleteIndices,
  refresh,
  showIndices,
} from './index-admin.ts';
import { isObject, type JsonObject, parseBody } from './json.ts';
import type { PointsInTime } from './point-in-time.ts';
import { type Answer, flag, type Request } from './request.ts';
import { count, search } from './search.ts';
import { nest } from './settings.ts';

export interface Context {
  readonly db: DatabaseSync;
  readonly catalog: Catalog;
  readonly pointsInTime: PointsInTime;
  readonly nowMs: number;
  readonly request: Request;
  /** Decoded parts of the path by the names in the route. */
  readonly path: Readonly<Record<string, string>>;
  readonly refuseItem: RefuseItem | undefined;
}

export interface Route {
  readonly methods: readonly string[];
  /** `:name` stands for one part; parts that begin with an underscore are never taken for one, except ids. */
  readonly path: readonly string[];
  /** Parameters it takes, besides those every request does. */
  readonly parameters: readonly string[];
  readonly run: (context: Context) => Answer;
}

const body = ({ request }: Context): JsonObject => parseBody(request.body);

const route = (
  methods: string,
  path: string,
  parameters: string,
  run: (context: Context) => Answer,
): Route => ({
  methods: methods.split('|'),
  path: path.split('/').filter((part) => part !== ''),
  parameters: parameters.split(' ').filter((name) => name !== ''),
  run,
});

const SOURCE = '_source _source_includes _source_excludes';
const WRITE =
  'refresh timeout require_alias version version_type if_seq_no if_primary_term op_type wait_for_active_shards';
const READ = `${SOURCE} realtime refresh preference`;
const ADMIN = 'timeout master_timeout cluster_manager_timeout wait_for_active_shards';
const SEARCH = `${SOURCE} size from track_total_hits preference request_cache search_type timeout`;

function bulk(context: Context): Answer {
  const { catalog, nowMs, path, request, refuseItem } = context;
  const defaults = { index: path['index'], requireAlias: flag(request.query['require_alias']) };
  return { status: 200, body: runBulk(catalog, readBulk(request.body, defaults), nowMs, refuseItem) };
}

function searchRoute({ db, catalog, path, pointsInTime, request }: Context): Answer {
  const asked = parseBody(request.body);
  const index =
    asked['pit'] === undefined
      ? catalog.resolveOne(path['index'] ?? '_all')
      : pointsInTime.index(catalog, asked['pit']);
  return search(db, index, asked, request.query);
}

function analyzeRoute(context: Context): Answer {
  const { catalog, path } = context;
  const asked = body(context);
  const index = path['index'] === undefined ? undefined : catalog.resolveOne(path['index']);
  const settings = index && nest(index.settings)['index'];
  const find = readAnalysis(isObject(settings) ? settings['analysis'] : undefined);
  const field = index?.mapping.fields.get(String(asked['field']));
  return {
    status: 200,
    body: analyze(asked, (name) => (field && name === '' ? field.analyzer : find(name))),
  };
}

const write =
  (action: 'index' | 'create' | 'delete') =>
  ({ catalog, request, path, nowMs }: Context): Answer =>
    writeOne(catalog, request, action, path['index'] ?? '', path['id'], nowMs);

export const routes: readonly Route[] = [
  route('GET|HEAD', '/', '', () => info),
  route('GET', '/_cluster/health', `${ADMIN} wait_for_status level`, ({ catalog }) =>
    health(catalog, '_all'),
  ),
  route('GET', '/_cluster/health/:index', `${ADMIN} wait_for_status level`, ({ catalog, path }) =>
    health(catalog, path['index'] ?? ''),
  ),
  route('GET', '/_cluster/settings', `${ADMIN} flat_settings include_defaults`, ({ catalog, request }) =>
    showClusterSettings(catalog, request.query),
  ),
  route('PUT', '/_cluster/settings', `${ADMIN} flat_settings`, (context) =>
    changeClusterSettings(context.catalog, body(context), context.request.query),
  ),
  route('GET', '/_cat/indices', 'format h', ({ catalog }) => catIndices(catalog, '_all')),
  route('GET', '/_cat/indices/:index', 'format h', ({ catalog, path }) =>
    catIndices(catalog, path['index'] ?? ''),
  ),
  route('POST|PUT', '/_bulk', WRITE, bulk),
  route('POST|PUT', '/:index/_bulk', WRITE, bulk),
  route('GET|POST', '/_mget', READ, (context) =>
    multiGet(context.catalog, context.request, body(context), undefined),
  ),
  route('GET|POST', '/:index/_mget', READ, (context) =>
    multiGet(context.catalog, context.request, body(context), context.path['index']),
  ),
  route('GET|POST', '/_search', SEARCH, searchRoute),
  route('GET|POST', '/:index/_search', SEARCH, searchRoute),
  route('GET|POST', '/:index/_count', '', (context) =>
    count(context.db, context.catalog.resolveOne(context.path['index'] ?? ''), body(context)),
  ),
  route(
    'POST',
    '/:index/_search/point_in_time',
    'keep_alive preference allow_partial_pit_creation',
    (context) =>
      context.pointsInTime.open(
        context.catalog,
        context.path['index'] ?? '',
        context.request.query,
        context.nowMs,
      ),
  ),
  route('DELETE', '/_search/point_in_time', '', (context) => context.pointsInTime.close(body(context))),
  route('DELETE', '/_search/point_in_time/_all', '', ({ pointsInTime }) => pointsInTime.closeAll()),
  route('GET|POST', '/_refresh', '', ({ catalog }) => refresh(catalog, '_all')),
  route('GET|POST', '/:index/_refresh', '', ({ catalog, path }) => refresh(catalog, path['index'] ?? '')),
  route('GET|POST', '/_analyze', '', analyzeRoute),
  route('GET|POST', '/:index/_analyze', '', analyzeRoute),
  route('POST', '/_aliases', ADMIN, (context) => changeAliases(context.catalog, body(context))),
  route('GET', '/_aliases', '', ({ catalog }) => showAliases(catalog, '', undefined)),
  route('GET', '/_alias', 'local', ({ catalog }) => showAliases(catalog, '', undefined)),
  route('GET|HEAD', '/_alias/:alias', 'local', ({ catalog, path }) =>
    showAliases(catalog, '', path['alias']),
  ),
  route('GET', '/:index/_alias', 'local', ({ catalog, path }) =>
    showAliases(catalog, path['index'] ?? '', undefined),
  ),
  route('GET|HEAD', '/:index/_alias/:alias', 'local', ({ catalog, path }) =>
    showAliases(catalog, path['index'] ?? '', path['alias']),
  ),
  route('PUT|POST', '/:index/_alias/:alias', ADMIN, (context) =>
    putAlias(context.catalog, context.path['index'] ?? '', context.path['alias'] ?? '', body(context)),
  ),
  route('DELETE', '/:index/_alias/:alias', ADMIN, ({ catalog, path }) =>
    deleteAlias(catalog, path['index'] ?? '', path['alias'] ?? ''),
  ),
  route('GET', '/:index/_mapping', ADMIN, ({ catalog, path }) =>
    showIndices(catalog, path['index'] ?? '', ['mappings']),
  ),
  route('PUT|POST', '/:index/_mapping', ADMIN, (context) =>
    changeMapping(context.catalog, context.path['index'] ?? '', body(context)),
  ),
  route('GET', '/:index/_settings', ADMIN, ({ catalog, path }) =>
    showIndices(catalog, path['index'] ?? '', ['settings']),
  ),
  route('PUT', '/:index/_settings', ADMIN, (context) =>
    changeSettings(context.catalog, context.path['index'] ?? '', body(context)),
  ),
  route('PUT', '/:index/_block/:block', ADMIN, ({ catalog, path }) =>
    addBlock(catalog, path['index'] ?? '', path['block'] ?? ''),
  ),
  route('PUT|POST', '/:index/_doc/:id', WRITE, write('index')),
  route('PUT|POST', '/:index/_create/:id', WRITE, write('create')),
  route('POST', '/:index/_doc', WRITE, write('index')),
  route('DELETE', '/:index/_doc/:id', WRITE, write('delete')),
  route('GET|HEAD', '/:index/_doc/:id', READ, ({ catalog, request, path }) =>
    getDocument(catalog, request, path['index'] ?? '', path['id'] ?? ''),
  ),
  route('GET|HEAD', '/:index/_source/:id', READ, ({ catalog, request, path }) =>
    getSource(catalog, request, path['index'] ?? '', path['id'] ?? ''),
  ),
  route('PUT', '/:index', ADMIN, (context) =>
    createIndex(context.catalog, context.path['index'] ?? '', body(context)),
  ),
  route('GET|HEAD', '/:index', `${ADMIN} local flat_settings`, ({ catalog, path }) =>
    showIndices(catalog, path['index'] ?? '', ['aliases', 'mappings', 'settings']),
  ),
  route('DELETE', '/:index', ADMIN, ({ catalog, path }) => deleteIndices(catalog, path['index'] ?? '')),
];
