/** The embedded cache server: as much of Redis as this project's clients speak, on a clock that is given. */
export { createRedisEngine, type RedisEngine } from './engine.ts';
export { encode, type Reply } from './reply.ts';
export { ProtocolError, requestReader } from './request.ts';
export { type RedisServer, type RedisServerOptions, serveRedis } from './server.ts';
