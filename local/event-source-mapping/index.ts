/** The event source mapping simulator: a mapping's rules checked, and the machine that follows them. */
export { admit } from './admission.ts';
export type { Backlog, EventSourceMapping, Invocation, MappingDependencies } from './contract.ts';
export { createEventSourceMapping } from './event-source-mapping.ts';
export { compileFilters, type RecordFilter } from './filters.ts';
export { type Destination, type MappingConfig, type MappingDefaults, parseMapping } from './mapping.ts';
export { MappingError } from './mapping-error.ts';
export type { MappingEvent } from './mapping-event.ts';
export type { EventCounts } from './metrics.ts';
export type { Condition, Delivery } from './on-failure.ts';
export { DEFAULT_PARAMETERS, exponentialBackoff, type Parameters } from './parameters.ts';
export type { InvokeResult } from './response.ts';
export type { ShardDescription } from './shard.ts';
