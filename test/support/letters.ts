/** A dead-letter queue in memory that can refuse letters. */
import type { DeadLetter, DeadLetterSink } from '../../shared/dead-letters/letter.ts';

export interface LetterBox extends DeadLetterSink {
  readonly letters: DeadLetter[];
}

/** @param refuses called with the number of attempts so far; true refuses this one */
export function letterBox(refuses: (attempt: number) => boolean = () => false): LetterBox {
  const letters: DeadLetter[] = [];
  let attempts = 0;
  return {
    letters,
    async send(letter) {
      if (refuses(attempts++)) throw Object.assign(new Error('refused'), { code: 'QUEUE_DOWN' });
      letters.push(letter);
    },
  };
}
