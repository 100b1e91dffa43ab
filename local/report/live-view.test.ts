import { expect, test } from 'vitest';
import { VirtualClock } from '../virtual-clock.ts';
import { type Status, startLiveView } from './live-view.ts';

const still: Status = {
  written: 0,
  settled: 0,
  waiting: 0,
  lagMs: 0,
  documents: 0,
  deadLetters: 0,
  failedInvocations: 0,
};

function view(isTTY: boolean) {
  const clock = new VirtualClock();
  const written: string[] = [];
  let status = still;
  const out = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const live = startLiveView({ out, status: () => status, clock });
  return {
    clock,
    live,
    written,
    set(change: Partial<Status>) {
      status = { ...status, ...change };
    },
  };
}

test('off a terminal there is a plain line now and then, and none while nothing happens', async () => {
  const { clock, written, set } = view(false);
  set({ written: 100, settled: 60, waiting: 40, lagMs: 1_200 });
  await clock.advance(4_000);
  set({ written: 300 });
  await clock.advance(20_000);
  expect(written).toHaveLength(2);
  expect(written[0]).toContain('written 100 (0/s)  settled 60 (0/s)  waiting 40  lag 1.2 s');
  expect(written[1]).toContain('written 300 (100/s)');
  expect(written.join('')).not.toContain('\u001b');
});

test('on a terminal the block is drawn over itself, and lines that stay go above it', async () => {
  const { clock, live, written } = view(true);
  await clock.advance(500);
  const [first = '', erase = '', second = ''] = written;
  const lines = first.trimEnd().split('\n').length;
  expect(erase).toBe(`\u001b[${lines}A\u001b[0J`);
  expect(second).toBe(first);
  written.length = 0;
  live.line('a warning');
  expect(written).toEqual([`\u001b[${lines}A\u001b[0J`, 'a warning\n', first]);
});

test('once stopped it draws no more, and lines still come', async () => {
  const { clock, live, written } = view(true);
  await clock.advance(250);
  live.stop();
  written.length = 0;
  await clock.advance(10_000);
  live.line('the end');
  expect(written).toEqual(['the end\n']);
});
