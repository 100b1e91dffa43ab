/** The embedded search engine: see the README beside this file for what it does and does not do. */
export type { BulkItem, RefuseItem } from './bulk.ts';
export { inProcessConnection } from './connection.ts';
export {
  createSearchEngine,
  type EngineAnswer,
  type HandleOptions,
  type SearchEngine,
  type SearchEngineOptions,
} from './engine.ts';
export { EngineError } from './errors.ts';
export * from './faults.ts';
export type { Answer, Request } from './request.ts';
export { type SearchServer, type ServerOptions, serveSearchEngine } from './server.ts';
