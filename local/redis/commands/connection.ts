/** Commands on the connection and the server: as much as clients ask before and beside their work. */
import { bulk, error, integer, list, OK, type Reply, status } from '../reply.ts';
import { type Commands, MANY, wholeNumber } from './command.ts';

export const connectionCommands: Commands = {
  PING: {
    least: 0,
    most: 1,
    run: ([message]) => (message === undefined ? status('PONG') : bulk(message)),
  },
  ECHO: { least: 1, run: ([message]) => bulk(message) },
  SELECT: {
    least: 1,
    inScripts: false,
    run: ([database]) =>
      wholeNumber(database) === 0 ? OK : error('ERR DB index is out of range; there is only database 0'),
  },
  // Clients that speak RESP3 ask with HELLO 3, and go on in RESP2 when they are told this (Redis, "HELLO").
  HELLO: {
    least: 0,
    most: MANY,
    inScripts: false,
    run: () => error('NOPROTO unsupported protocol version; this endpoint speaks RESP2'),
  },
  AUTH: {
    least: 1,
    most: 2,
    inScripts: false,
    run: () => error('ERR AUTH called, and this endpoint has no password; leave it out of the settings'),
  },
  CLIENT: { least: 1, most: MANY, inScripts: false, run: client },
  COMMAND: { least: 0, most: MANY, inScripts: false, run: () => list([]) },
  INFO: { least: 0, most: MANY, inScripts: false, run: () => bulk(INFO) },
  TIME: {
    least: 0,
    run: (_, { clock }) => {
      const nowMs = clock.now();
      return list([bulk(String(Math.floor(nowMs / 1000))), bulk(String(Math.floor((nowMs % 1000) * 1000)))]);
    },
  },
};

/** The version whose SET, with PXAT, is spoken here. */
const INFO = [
  '# Server',
  'redis_version:6.2.0',
  'redis_mode:standalone',
  '# Persistence',
  'loading:0',
  '# Replication',
  'role:master',
  '',
].join('\r\n');

function client([subcommand]: readonly Buffer[]): Reply {
  switch (subcommand?.toString('latin1').toUpperCase()) {
    case 'SETNAME':
    case 'SETINFO':
    case 'NO-EVICT':
    case 'NO-TOUCH':
      return OK;
    case 'ID':
      return integer(1);
    case 'GETNAME':
      return bulk('');
    default:
      return error('ERR unknown CLIENT subcommand; this endpoint knows SETNAME, SETINFO, GETNAME, ID');
  }
}
