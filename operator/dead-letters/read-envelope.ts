/** Reads our own letters: the JSON envelope, plain or compressed. A version that this reader does not know is kept as it is. */
import { LETTER_VERSION } from '../../shared/dead-letters/letter.ts';
import { kindOf } from '../../shared/stream/attribute-value.ts';
import type { Failure } from '../../shared/stream/outcome.ts';
import { inflate, isObject, member, parseJson, textMember, textOfBytes, timeMember } from './json.ts';
import type { LetterContent } from './letter.ts';
import { recordFacts } from './record-facts.ts';
import { unknownLetter } from './unknown-letter.ts';

/** Whether it means to be one of ours; whether it is, reading tells. */
export function looksLikeEnvelope(value: Record<string, unknown>): boolean {
  const compressed = Object.hasOwn(value, 'encoding') && Object.hasOwn(value, 'letter');
  const plain = ['processor', 'record', 'error', 'failedAt'].filter((name) => Object.hasOwn(value, name));
  return compressed || plain.length >= 2;
}

export function readEnvelope(value: Record<string, unknown>): LetterContent {
  const version = member(value, 'version');
  if (version !== LETTER_VERSION)
    return unknownLetter(
      'UNKNOWN_VERSION',
      `version: ${typeof version === 'number' ? version : kindOf(version)}, this reader knows ${LETTER_VERSION}; read it with the release that wrote it, or a newer one`,
    );
  if (Object.hasOwn(value, 'encoding') && !Object.hasOwn(value, 'record')) return readCompressed(value);
  const processor = textMember(value, 'processor');
  const failedAt = timeMember(value, 'failedAt');
  const error = readError(member(value, 'error'));
  if (processor === undefined) return malformed('processor', value, 'text');
  if (failedAt === undefined) return malformed('failedAt', value, 'an ISO 8601 time');
  if (error === undefined) return malformed('error', value, 'an object with a code');
  if (!Object.hasOwn(value, 'record')) return malformed('record', value, 'the record');
  const record = value['record'];
  const streamArn = textMember(value, 'streamArn') ?? textMember(record, 'eventSourceARN') ?? '';
  const requestId = textMember(value, 'requestId');
  return {
    form: 'envelope',
    processor,
    failedAt,
    records: [
      {
        streamArn,
        ...recordFacts(record),
        failedAt,
        error,
        ...(requestId === undefined ? {} : { requestId }),
        record,
      },
    ],
    resolvable: true,
  };
}

function readCompressed(value: Record<string, unknown>): LetterContent {
  const { encoding, letter } = value;
  if (encoding !== 'gzip+base64')
    return unknownLetter(
      'UNKNOWN_ENCODING',
      `encoding: ${kindOf(encoding)}, this reader knows gzip+base64; read it with the release that wrote it`,
    );
  if (typeof letter !== 'string') return malformed('letter', value, 'base64 text');
  const bytes = inflate(Buffer.from(letter, 'base64'));
  const text = bytes.ok ? textOfBytes(bytes.value) : bytes;
  const inner = text.ok ? parseJson(text.value) : text;
  if (!inner.ok) return unknownLetter(inner.reason.code, `letter: ${inner.reason.details}`);
  if (!isObject(inner.value) || Object.hasOwn(inner.value, 'encoding'))
    return unknownLetter('MALFORMED_ENVELOPE', `letter: holds ${kindOf(inner.value)}, expected an envelope`);
  return readEnvelope(inner.value);
}

function malformed(field: string, value: Record<string, unknown>, expected: string): LetterContent {
  return unknownLetter(
    'MALFORMED_ENVELOPE',
    `${field}: ${kindOf(member(value, field))}, expected ${expected}; nothing of ours writes this: find who sent it`,
  );
}

function readError(error: unknown): Failure | undefined {
  const code = textMember(error, 'code');
  const type = textMember(error, 'type');
  const details = textMember(error, 'details');
  return code === undefined
    ? undefined
    : { code, ...(type === undefined ? {} : { type }), ...(details === undefined ? {} : { details }) };
}
