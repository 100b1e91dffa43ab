/** The gateway as the local run uses it. */
export type { ConnectionsFault } from './connections-endpoint.ts';
export type { EmailFault } from './email-endpoint.ts';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export type { Mail } from './outbox.ts';
export { createTokenIssuer, type TokenIssuer } from './token-issuer.ts';
export type { Invoke, WebSocketApiSettings } from './websocket-api.ts';
