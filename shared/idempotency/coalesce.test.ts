import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { coalesce } from './coalesce.ts';

interface Request {
  readonly asked: readonly string[];
  readonly answer: (answers?: readonly string[]) => void;
  readonly fail: (reason: Error) => void;
}

/** A coalescer of requests of at most three, whose answers and turns the test decides. Of `a1` the key is `a`. */
function setUp(options: { inFlight?: number; moreToCome?: boolean } = {}) {
  const clock = new VirtualClock();
  const requests: Request[] = [];
  const turns: (() => void)[] = [];
  const ask = coalesce<string, string>({
    most: 3,
    inFlight: options.inFlight ?? 2,
    moreToCome: () => options.moreToCome ?? false,
    lingerMs: 10,
    clock,
    keyOf: (asked) => asked.charAt(0),
    defer: (fn) => turns.push(fn),
    send: (asked) =>
      new Promise((resolve, reject) => {
        requests.push({
          asked,
          answer: (answers = asked.map((element) => `${element}!`)) => resolve(answers),
          fail: reject,
        });
      }),
  });
  const settled: string[] = [];
  return {
    clock,
    requests,
    settled,
    ask: (...asked: string[]) => {
      for (const element of asked) {
        ask(element).then(
          (answer) => settled.push(answer),
          (error: Error) => settled.push(`${element}: ${error.message}`),
        );
      }
    },
    /** Lets everything that is ready run, and then the deferred flush. */
    turn: async () => {
      await clock.advance(0);
      for (const fn of turns.splice(0)) fn();
      await clock.advance(0);
    },
    sent: () => requests.map(({ asked }) => asked.join(' ')),
  };
}

describe('coalesce', () => {
  it('sends what was asked in one turn together, and gives everyone his own answer', async () => {
    const { ask, turn, sent, requests, settled } = setUp();
    ask('a', 'b');
    expect(sent()).toEqual([]);
    await turn();
    expect(sent()).toEqual(['a b']);
    requests[0]?.answer();
    await turn();
    expect(settled).toEqual(['a!', 'b!']);
  });

  it('does not wait for the turn to end when a request is full', () => {
    const { ask, sent } = setUp();
    ask('a', 'b', 'c', 'd');
    expect(sent()).toEqual(['a b c']);
  });

  it('fills the next request while one is under way', async () => {
    const { ask, turn, sent, requests } = setUp();
    ask('a');
    await turn();
    ask('b');
    await turn();
    ask('c');
    await turn();
    expect(sent()).toEqual(['a']);
    requests[0]?.answer();
    await turn();
    expect(sent()).toEqual(['a', 'b c']);
  });

  it('does not let a request that is not full wait for a slow one', async () => {
    const { ask, turn, sent, clock } = setUp();
    ask('a');
    await turn();
    ask('b');
    await turn();
    await clock.advance(9);
    expect(sent()).toEqual(['a']);
    await clock.advance(1);
    expect(sent()).toEqual(['a', 'b']);
  });

  it('lets a request that is not full wait a moment when more is to come', async () => {
    const { ask, turn, sent, clock } = setUp({ moreToCome: true });
    ask('a');
    await turn();
    await clock.advance(5);
    ask('b');
    await turn();
    expect(sent()).toEqual([]);
    await clock.advance(5);
    expect(sent()).toEqual(['a b']);
  });

  it('never has more requests under way than it may', async () => {
    const { ask, turn, sent, requests } = setUp({ inFlight: 2 });
    ask('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i');
    await turn();
    expect(sent()).toEqual(['a b c', 'd e f']);
    requests[1]?.answer();
    await turn();
    expect(sent()).toEqual(['a b c', 'd e f', 'g h i']);
  });

  it('never names a key twice in a request', async () => {
    const { ask, turn, sent, requests } = setUp();
    ask('a1', 'a2', 'b1', 'a3', 'c1', 'b2');
    await turn();
    expect(sent()).toEqual(['a1 b1 c1']);
    requests[0]?.answer();
    await turn();
    expect(sent()).toEqual(['a1 b1 c1', 'a2 b2']);
  });

  it('fails with a request only what travelled in it', async () => {
    const { ask, turn, requests, settled } = setUp();
    ask('a', 'b', 'c', 'd', 'e', 'f');
    await turn();
    requests[0]?.fail(new Error('down'));
    requests[1]?.answer();
    await turn();
    expect(settled.sort()).toEqual(['a: down', 'b: down', 'c: down', 'd!', 'e!', 'f!']);
  });

  it('takes a request that was answered in part for one that failed', async () => {
    const { ask, turn, requests, settled } = setUp();
    ask('a', 'b');
    await turn();
    requests[0]?.answer(['a!']);
    await turn();
    expect(settled).toHaveLength(2);
    expect(settled).not.toContain('a!');
  });
});
