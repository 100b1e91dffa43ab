/** Names what was thrown without repeating its text: messages of dependencies may quote an item's values. */
import type { Failure } from './outcome.ts';

/** A code is a name: letters, digits, dots, dashes and underscores. Anything else may be somebody's text. */
const NAME = /^[\w.-]{1,80}$/;

export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { code: 'UNEXPECTED_ERROR', type: typeof thrown };
  const code =
    'code' in thrown && typeof thrown.code === 'string' && NAME.test(thrown.code) ? thrown.code : undefined;
  return { code: code ?? 'UNEXPECTED_ERROR', type: NAME.test(thrown.name) ? thrown.name : 'Error' };
}
