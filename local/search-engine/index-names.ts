/** Which names an index may have, and which indices a write may create. */
import { EngineError, noIndexToWrite } from './errors.ts';
import { matchesWildcard } from './selection.ts';

export const invalidIndexName = (name: string, why: string): EngineError =>
  new EngineError(400, {
    type: 'invalid_index_name_exception',
    reason: `Invalid index name [${name}], ${why}`,
    extra: { index: name, index_uuid: '_na_' },
  });

/** @throws {EngineError} 400 */
export function refuseInvalidName(name: string): void {
  if (name !== name.toLowerCase()) throw invalidIndexName(name, 'must be lowercase');
  if (/^[_\-+]/.test(name)) throw invalidIndexName(name, "must not start with '_', '-', or '+'");
  if (/[\\/*?"<>| ,#:]/.test(name) || name === '.' || name === '..' || Buffer.byteLength(name) > 255) {
    throw invalidIndexName(
      name,
      'must not contain any of the characters \\ / * ? " < > | space , # : nor be longer than 255 bytes',
    );
  }
}

/**
 * @param rules the setting `action.auto_create_index`: true, false, or patterns of which the first that fits decides
 * @throws {EngineError} 404 if a write may not create an index of this name
 */
export function refuseForbidden(name: string, rules: string | readonly string[]): void {
  const list = (typeof rules === 'string' ? rules.split(',') : rules).map((rule) => rule.trim());
  const whole = list.length === 1 ? list[0] : undefined;
  if (whole === 'true') return;
  if (whole === 'false') throw noIndexToWrite(name, ' and [action.auto_create_index] is [false]');
  const rule = list.find((text) => matchesWildcard(text.replace(/^[-+]/, ''), name));
  if (rule === undefined) {
    throw noIndexToWrite(name, ` and [action.auto_create_index] ([${list.join(',')}]) doesn't match`);
  }
  if (rule.startsWith('-')) {
    const why = `contains [${rule}] which forbids automatic creation of the index`;
    throw noIndexToWrite(name, ` and [action.auto_create_index] ${why}`);
  }
}
