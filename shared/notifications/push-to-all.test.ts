import { describe, expect, it } from 'vitest';
import { count, noticeTo, world } from './testing.ts';

describe('a push', () => {
  it('is tried again while the API is short of capacity or down, within two seconds', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    let attempts = 0;
    board.answer = () => (++attempts < 4 ? 'throttled' : undefined);
    expect(await run(noticeTo('asha'))).toBeLessThan(2_000);
    expect(board.pushesTo('c1')).toHaveLength(1);
    expect(measured).toContain('Pushes 1 message_read delivered');
  });

  it.each(['throttled', 'unavailable'] as const)(
    'ends after two seconds, with success, when all it hears is %s',
    async (answer) => {
      const { board, run, connect, measured } = world();
      connect('c1', 'asha');
      connect('c2', 'asha');
      board.answer = (connection) => (connection === 'c1' ? answer : undefined);
      const took = await run(noticeTo('asha'));
      // With growing pauses.
      expect(count(board, 'post')).toBeLessThan(12);
      expect(took).toBeGreaterThanOrEqual(2_000);
      expect(took).toBeLessThan(2_100);
      expect(board.pushesTo('c2')).toHaveLength(1);
      expect(measured).toContain('Pushes 1 message_read timed-out');
    },
  );

  it('waits no longer for an API that never answers', async () => {
    const { board, run, connect } = world();
    connect('c1', 'asha');
    board.fault = (request) => (request === 'post' ? 'unanswered' : undefined);
    expect(await run(noticeTo('asha'))).toBeLessThan(2_100);
  });

  it('that the API refuses for good is not tried again', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    board.answer = () => 'refused';
    await run(noticeTo('asha'));
    expect(count(board, 'post')).toBe(1);
    expect(measured).toContain('Pushes 1 message_read refused');
    expect(measured.filter((each) => each.endsWith(' session'))).toEqual([]);
  });

  it('that is too large without its texts, too, is given up', async () => {
    const { board, run, connect, measured } = world();
    connect('c1', 'asha');
    board.answer = () => 'too-large';
    await run(noticeTo('asha', { details: { originalText: 'a'.repeat(6_000) } }));
    expect(count(board, 'post')).toBe(2);
    expect(measured).toContain('Pushes 1 message_read too-large');
  });
});
