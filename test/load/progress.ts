/** A bar that is drawn over itself on a terminal, and a plain line now and then elsewhere. */
import type { Clock } from '../../shared/time/clock.ts';

export interface ProgressBar {
  update(done: number): void;
  /** A line that stays. */
  line(text: string): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly total: number;
  readonly out: NodeJS.WriteStream;
  readonly clock: Clock;
}

const WIDTH = 30;
const TERMINAL_EVERY_MS = 250;
const PLAIN_EVERY_MS = 15_000;

export function progressBar({ total, out, clock }: ProgressOptions): ProgressBar {
  const isTerminal = out.isTTY === true;
  const everyMs = isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS;
  let began: { readonly atMs: number; readonly done: number } | undefined;
  let drawnMs = Number.NEGATIVE_INFINITY;
  let drawn = '';
  return {
    update(done) {
      const nowMs = clock.now();
      began ??= { atMs: nowMs, done };
      if (nowMs - drawnMs < everyMs) return;
      drawnMs = nowMs;
      const perSecond = ((done - began.done) * 1_000) / Math.max(1, nowMs - began.atMs);
      const left = perSecond > 0 ? `, about ${Math.round((total - done) / perSecond)} s left` : '';
      const share = Math.min(1, done / total);
      const filled = Math.round(share * WIDTH);
      drawn = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${(share * 100).toFixed(0).padStart(3)} %  ${done} of ${total}, ${Math.round(perSecond)}/s${left}`;
      out.write(isTerminal ? `\r\u001b[2K${drawn}` : `${drawn}\n`);
    },
    line(text) {
      out.write(isTerminal && drawn !== '' ? `\r\u001b[2K${text}\n${drawn}` : `${text}\n`);
    },
    stop() {
      if (isTerminal && drawn !== '') out.write('\n');
      drawn = '';
    },
  };
}
