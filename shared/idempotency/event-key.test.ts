import { describe, expect, it } from 'vitest';
import { fc, test } from '../../test/support/property.ts';
import { eventKeyText } from './event-key.ts';

describe('eventKeyText', () => {
  it.each([
    [{ eventId: 'e1' }, 'e1'],
    [{ eventId: 'e1', recipient: 'u1' }, 'e1#u1'],
    [{ eventId: 'e1', recipient: 'u1', kind: 'receipt' }, 'e1#u1#receipt'],
    [{ eventId: 'e1', kind: 'receipt' }, 'e1##receipt'],
    [{ eventId: 'e1', recipient: 'USER#u1' }, 'e1#USER%23u1'],
  ])('is readable: %j is %s', (key, text) => {
    expect(eventKeyText(key)).toBe(text);
  });

  const part = fc.string({ unit: fc.constantFrom('a', '#', '%', '2', '3', 'अ'), minLength: 1, maxLength: 4 });
  const key = fc.record({ eventId: part, recipient: part, kind: part }, { requiredKeys: ['eventId'] });
  test.prop([key, key])('differs for different names', (a, b) => {
    const same = a.eventId === b.eventId && a.recipient === b.recipient && a.kind === b.kind;
    expect(eventKeyText(a) === eventKeyText(b)).toBe(same);
  });

  it.each([340, 341, 700, 1_000, 2_000])(
    'fits a partition key, and differs still, with %i letters of three bytes',
    (letters) => {
      const long = (end: string) => eventKeyText({ eventId: 'e1', recipient: 'अ'.repeat(letters) + end });
      expect(Buffer.byteLength(long('x'))).toBeLessThanOrEqual(1024);
      expect(long('x')).not.toBe(long('y'));
    },
  );
});
