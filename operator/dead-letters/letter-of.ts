/** What a text says, as a letter of the queue or bucket in which it was found. */
import type { FailedRecord, Letter, LetterContent, LetterSource } from './letter.ts';

/** @param processor of the queue or bucket */
export function letterOf(content: LetterContent, processor: string, source: LetterSource): Letter {
  const { functionArn: _, error: __, requestId: ___, processor: named = processor, ...rest } = content;
  const strayed = content.form === 'envelope' && named !== processor;
  return {
    ...rest,
    processor,
    source,
    records: content.records.map((record): FailedRecord => ({ ...record, processor: named })),
    ...(strayed && content.resolvable
      ? {
          reason: {
            code: 'OTHER_PROCESSOR',
            details: `its record failed in ${named}, and lies with the letters of ${processor}`,
          },
        }
      : {}),
  };
}
