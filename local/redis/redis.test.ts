import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { execute } from '../../test/support/embedded-redis.ts';
import { fc } from '../../test/support/property.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { createRedisEngine, encode, ProtocolError, requestReader, serveRedis } from './index.ts';
import { error } from './reply.ts';

const wire = (words: readonly string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

describe('requests', () => {
  const texts = (requests: readonly Buffer[][]) => requests.map((words) => words.map(String));

  it('are the same however the network cuts them', () => {
    const request = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 6 }),
        fc.array(fc.nat(60), { maxLength: 40 }),
        (all, cuts) => {
          const bytes = Buffer.from(all.map(wire).join(''));
          const reader = requestReader();
          const read: Buffer[][] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            read.push(...reader.read(bytes.subarray(at, at + cut)));
            at = Math.min(bytes.length, at + cut);
          }
          expect(texts(read)).toEqual(all.map((words) => words.map((word) => Buffer.from(word).toString())));
        },
      ),
    );
  });

  it('may be typed by hand', () => {
    expect(texts(requestReader().read(Buffer.from('PING\r\n\r\nGET  a\n')))).toEqual(
      [['PING'], [], ['GET', 'a']].filter((words) => words.length > 0),
    );
  });

  it.each(['*x\r\n', '*1\r\n:5\r\n', '*1\r\n$-1\r\n', '*1\r\n$999999999999\r\n', '*99999999\r\n'])(
    'that are none end the connection: %j',
    (text) => {
      expect(() => requestReader().read(Buffer.from(text))).toThrow(ProtocolError);
    },
  );
});

describe('the engine', () => {
  it('forgets a key at its millisecond by the clock it was given', async () => {
    const clock = new VirtualClock(1_700_000_000_000);
    const engine = createRedisEngine({ clock });
    execute(engine, ['SET', 'a', '1', 'PX', '1000']);
    await clock.advance(999);
    expect(execute(engine, ['PTTL', 'a'])).toBe(1);
    await clock.advance(1);
    expect(execute(engine, ['EXISTS', 'a'])).toBe(0);
    expect(execute(engine, ['DBSIZE'])).toBe(0);
  });

  it('names what it does not know, and what it does', () => {
    const reply = createRedisEngine({ clock: systemClock }).execute([Buffer.from('ZADD'), Buffer.from('k')]);
    expect(reply.kind === 'error' && reply.text).toMatch(
      /^ERR unknown command 'ZADD'; this endpoint knows .*GET/,
    );
  });

  it('tells a client that asks for RESP3 to go on in RESP2', () => {
    expect(execute(createRedisEngine({ clock: systemClock }), ['HELLO', '3'])).toEqual({
      kind: 'refused',
      code: 'NOPROTO',
    });
  });

  it('writes an error on one line', () => {
    expect(encode(error('ERR a\r\nb')).toString()).toBe('-ERR a b\r\n');
  });
});

describe('the server', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function talk(text: string): Promise<string> {
    const server = await serveRedis(createRedisEngine({ clock: systemClock }), { port: 0 });
    closing.push(() => server.close());
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  }

  it('answers pipelined requests in order, and ends at QUIT', async () => {
    expect(await talk(`${wire(['SET', 'a', '1'])}${wire(['GET', 'a'])}QUIT\r\nPING\r\n`)).toBe(
      '+OK\r\n$1\r\n1\r\n+OK\r\n',
    );
  });

  it('says what was wrong with a request, and hangs up', async () => {
    expect(await talk('*1\r\nPING\r\n')).toBe("-ERR Protocol error: expected '$', got 'P'\r\n");
  });
});
