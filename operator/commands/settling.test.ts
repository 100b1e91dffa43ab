import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { passProgress } from './reconcile-options.ts';

function progress() {
  const lines: string[] = [];
  const write = (chunk: Buffer, _: string, done: () => void) => {
    lines.push(chunk.toString());
    done();
  };
  const clock = new VirtualClock();
  return { lines, clock, ...passProgress({ err: new Writable({ write }) as NodeJS.WriteStream, clock }) };
}

const settling = (keys: number, untilMs: number, look = 2) => ({ keys, untilMs, look, looks: 3 });

it('a wait for what may be under way is said at once, with how long it takes and which look comes next', () => {
  const { lines, settling: say } = progress();
  say(settling(1_234, 10_000));
  expect(lines).toEqual([
    '1,234 keys differ: they are looked at again in 10 s, as changes may be under way (look 2 of 3)\n',
  ]);
});

it('pages that wait at the same time are one line, and the next wait has its own', async () => {
  const { lines, clock, settling: say } = progress();
  say(settling(3, 10_000));
  await clock.advance(4_000);
  say(settling(5, 14_000));
  await clock.advance(6_000);
  say(settling(1, 20_000, 3));
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe(
    '1 key differs: it is looked at again in 10 s, as changes may be under way (look 3 of 3)\n',
  );
});

it('a wait is said within a pass, which goes on being told of', async () => {
  const { lines, clock, begin, settling: say, update, end } = progress();
  begin('comparing the table');
  say(settling(3, 10_000));
  await clock.advance(10_000);
  update({ counts: { equal: 7 }, left: [] });
  end();
  expect(lines).toEqual([expect.stringContaining('3 keys differ'), 'comparing the table: 7 (10 s)\n']);
});
