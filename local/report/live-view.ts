/** Shows a run while it goes on: a block that is drawn over itself on a terminal, a plain line now and then elsewhere. */
import { styleText } from 'node:util';
import type { Clock } from '../../shared/time/clock.ts';

export interface Status {
  readonly written: number;
  readonly settled: number;
  /** Records that came out of a stream and are not done with. */
  readonly waiting: number;
  /** Age of the oldest of them; 0 if there is none. */
  readonly lagMs: number;
  readonly documents: number;
  readonly deadLetters: number;
  /** Invocations that failed, timed out or reported records. */
  readonly failedInvocations: number;
}

export interface LiveView {
  /** A line that stays. */
  line(text: string): void;
  /** Draws the state as it is now for the last time. */
  stop(): void;
}

export interface LiveViewOptions {
  readonly out: NodeJS.WriteStream;
  readonly status: () => Status;
  readonly clock: Clock;
}

const TERMINAL_EVERY_MS = 250;
const PLAIN_EVERY_MS = 2_000;

export function startLiveView({ out, status, clock }: LiveViewOptions): LiveView {
  const isTerminal = out.isTTY === true;
  const everyMs = isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
  const startedMs = clock.now();
  let drawnLines = 0;
  let before: { atMs: number; status: Status } | undefined;
  let shown = '';
  let cancel = clock.after(everyMs, tick);
  let stopped = false;

  return {
    line(text) {
      erase();
      out.write(`${text}\n`);
      if (isTerminal && !stopped && shown !== '') draw(shown);
    },
    stop() {
      if (stopped) return;
      stopped = true;
      cancel();
      if (shown === '') return;
      erase();
      draw(block(status(), { written: 0, settled: 0 }));
      drawnLines = 0;
    },
  };

  function tick(): void {
    if (stopped) return;
    const nowMs = clock.now();
    const now = status();
    const perSecond = (count: (status: Status) => number) =>
      before === undefined ? 0 : ((count(now) - count(before.status)) * 1000) / (nowMs - before.atMs);
    const rates = { written: perSecond((s) => s.written), settled: perSecond((s) => s.settled) };
    if (isTerminal) {
      shown = block(now, rates);
      erase();
      draw(shown);
    } else if (before === undefined || !sameCounts(before.status, now)) {
      out.write(`${((nowMs - startedMs) / 1000).toFixed(0).padStart(4)} s  ${plainLine(now, rates)}\n`);
    }
    before = { atMs: nowMs, status: now };
    cancel = clock.after(everyMs, tick);
  }

  function draw(text: string): void {
    out.write(`${text}\n`);
    drawnLines = text.split('\n').length;
  }

  function erase(): void {
    if (drawnLines === 0) return;
    out.write(`\u001b[${drawnLines}A\u001b[0J`);
    drawnLines = 0;
  }
}

interface Rates {
  readonly written: number;
  readonly settled: number;
}

function plainLine(now: Status, rates: Rates): string {
  return (
    `written ${now.written} (${Math.round(rates.written)}/s)  settled ${now.settled} (${Math.round(rates.settled)}/s)  ` +
    `waiting ${now.waiting}  lag ${seconds(now.lagMs)}  documents ${now.documents}  ` +
    `dead letters ${now.deadLetters}  failed invocations ${now.failedInvocations}`
  );
}

function block(now: Status, rates: Rates): string {
  const bad = (count: number) => (count > 0 ? styleText('red', String(count)) : '0');
  const row = (name: string, value: string) => `  ${styleText('dim', name.padEnd(20))}${value}`;
  return [
    row('written', `${now.written}  ${styleText('dim', `${Math.round(rates.written)}/s`)}`),
    row('settled', `${now.settled}  ${styleText('dim', `${Math.round(rates.settled)}/s`)}`),
    row('waiting, lag', `${now.waiting}, ${seconds(now.lagMs)}`),
    row('documents', `${now.documents}`),
    row('dead letters', bad(now.deadLetters)),
    row('failed invocations', bad(now.failedInvocations)),
  ].join('\n');
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function sameCounts(a: Status, b: Status): boolean {
  return (
    a.written === b.written &&
    a.settled === b.settled &&
    a.waiting === b.waiting &&
    a.documents === b.documents
  );
}
