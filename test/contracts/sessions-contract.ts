/** What this project needs of API Gateway's WebSocket APIs and their `@connections` (developer guide, "WebSocket APIs"; API reference, "API Gateway Management API"). */
import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { endConnection } from '../../processors/connections/end-connection.ts';
import { postToConnection } from '../../shared/notifications/post.ts';
import { type Contract, outcomeOf, type Rule } from './rule.ts';
import { handshake, type Sessions } from './sessions/sessions.ts';

const { signal } = new AbortController();

/** Developer guide, "Quotas for configuring and running a WebSocket API in API Gateway". */
const LARGEST = 128 * 1024;

const connecting: readonly Rule<Sessions>[] = [
  {
    title: 'a connection is open when $connect has let it in, and not before',
    aws: ['$connect', 'CONNECT', 'open'],
    async observe(sessions) {
      const { connectionId, socket } = await sessions.open();
      const told = await sessions.reports.next((report) => report.connectionId === connectionId);
      return [told.routeKey, told.eventType, socket.readyState === socket.OPEN ? 'open' : 'closed'];
    },
  },
  {
    title: 'a connection that $connect refuses is never open, and its client gets the status',
    aws: 403,
    observe: (sessions) => handshake(sessions, { refuse: 'yes' }),
  },
  {
    title: 'a connection whose $connect has not returned cannot be posted to, and can be when it has',
    aws: [410, 'in time'],
    async observe({ open, reports, client }) {
      const { connectionId, next } = await open({ early: 'yes' });
      const { early } = await reports.next((report) => report.connectionId === connectionId);
      await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'in time' }));
      return [early, await next()];
    },
  },
  {
    title: 'what a client says is told with its connection, and its end too',
    aws: [
      ['$default', 'MESSAGE', '{"action":"नमस्ते"}'],
      ['$disconnect', 'DISCONNECT'],
    ],
    async observe({ open, reports }) {
      const { connectionId, socket } = await open();
      const told = (eventType: string) =>
        reports.next((report) => report.connectionId === connectionId && report.eventType === eventType);
      socket.send('{"action":"नमस्ते"}');
      const message = await told('MESSAGE');
      socket.close(1000);
      const end = await told('DISCONNECT');
      return [
        [message.routeKey, message.eventType, message.body],
        [end.routeKey, end.eventType],
      ];
    },
  },
];

const posting: readonly Rule<Sessions>[] = [
  {
    title: 'a post reaches its client, and no other, and messages come in their order',
    aws: [['delivered', 'delivered', 'delivered'], ['for one', 'again'], ['for the other']],
    async observe({ open, client }) {
      const [one, other] = [await open(), await open()];
      const post = postToConnection(client);
      const outcomes = [
        await post(one.connectionId, 'for one', signal),
        await post(other.connectionId, 'for the other', signal),
        await post(one.connectionId, 'again', signal),
      ];
      return [outcomes, [await one.next(), await one.next()], [await other.next()]];
    },
  },
  {
    title: 'a post of 128 KB arrives whole, and one of a byte more is too large',
    aws: ['delivered', LARGEST, 'too-large'],
    differs: {
      MiniStack: {
        instead: ['delivered', LARGEST, 'delivered'],
        harmless: 'it has no limit; the gateway has, by the rule of AWS’s quotas',
        shownBy: ['local/gateway/connections-endpoint.test.ts', 'takes 128 KB'],
      },
    },
    async observe({ open, client }) {
      const { connectionId, next } = await open();
      const post = postToConnection(client);
      const fits = await post(connectionId, 'x'.repeat(LARGEST), signal);
      const { length } = await next();
      return [fits, length, await post(connectionId, 'x'.repeat(LARGEST + 1), signal)];
    },
  },
  {
    title: 'a post to a connection that has ended is gone',
    aws: 'gone',
    async observe({ open, reports, client }) {
      const { connectionId, socket } = await open();
      socket.close(1000);
      await reports.next(
        (report) => report.connectionId === connectionId && report.eventType === 'DISCONNECT',
      );
      return postToConnection(client)(connectionId, 'x', signal);
    },
  },
  {
    title: 'a post to a connection that never was is gone, as AWS’s own error says by its name',
    aws: ['gone', 'GoneException'],
    async observe({ client }) {
      const ConnectionId = 'NeverWas0123456=';
      return [
        await postToConnection(client)(ConnectionId, 'x', signal),
        await outcomeOf(client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))),
      ];
    },
  },
  {
    title: 'an id of another form than API Gateway’s is refused',
    aws: 'refused',
    differs: {
      MiniStack: {
        instead: 'gone',
        harmless: 'a session’s row under such an id is then deleted, which on AWS its time to live does',
        shownBy: ['local/gateway/connections-endpoint.test.ts', 'to an id of another form is a bad request'],
      },
    },
    observe: async ({ client }) => postToConnection(client)('SESSION', 'x', signal),
  },
];

const managing: readonly Rule<Sessions>[] = [
  {
    title: 'a connection says since when it is open, and from where',
    aws: [true, '127.0.0.1'],
    differs: {
      MiniStack: {
        instead: [false, undefined],
        harmless: 'it answers under names that the SDK does not read; nothing here asks',
      },
    },
    async observe({ open, client }) {
      const { connectionId } = await open();
      const { ConnectedAt, Identity } = await client.send(
        new GetConnectionCommand({ ConnectionId: connectionId }),
      );
      return [ConnectedAt instanceof Date, Identity?.SourceIp];
    },
  },
  {
    title: 'a connection is ended once, and is gone then; ending it again is no error to us',
    aws: ['closed', 'GoneException', 'done', 'gone'],
    async observe({ open, client }) {
      const { connectionId, closed } = await open();
      const end = endConnection(client);
      await end(connectionId, signal);
      await closed;
      return [
        'closed',
        await outcomeOf(client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }))),
        await outcomeOf(end(connectionId, signal)),
        await postToConnection(client)(connectionId, 'x', signal),
      ];
    },
  },
];

export const sessionsContract: Contract<Sessions> = { connecting, posting, managing };
