/** Whatever holds it: what no rule keeps is not in a redacted record. */
import { describe, expect, it } from 'vitest';
import { streamRecord } from '../../test/support/record.ts';
import { createRedactor } from './redact.ts';
import { DEFAULT_RULES } from './rules.ts';

function redactedImage(image: object): Readonly<Record<string, { readonly B?: string }>> {
  const redactor = createRedactor(DEFAULT_RULES, Buffer.from('of these tests'));
  const record = redactor.redact(streamRecord({ newImage: image, keys: {} }));
  return (record as { dynamodb: { NewImage: Readonly<Record<string, { B?: string }>> } }).dynamodb.NewImage;
}

describe('a redacted attribute', () => {
  it.each<[string, object]>([
    ['a text', { S: 'Ramesh' }],
    ['a list', { L: [{ S: 'Ramesh' }] }],
    ['a map', { M: { of: { S: 'Ramesh' } } }],
    ['a map in a list', { L: [{ M: { of: { L: [{ S: 'Ramesh' }] } } }] }],
    ['a set', { SS: ['Ramesh'] }],
    ['a set of what is no text', { SS: [{ of: 'Ramesh' }, ['Ramesh']] }],
    ['two kinds at once', { S: 'Ramesh', N: '1' }],
    ['nothing', { NULL: 'Ramesh' }],
    ['truth', { BOOL: 'Ramesh' }],
    ['bytes', { B: 'Ramesh++' }],
    ['bytes that are none', { B: 'Ramesh, Patna' }],
    ['a set of bytes', { BS: ['Ramesh++', 'Ramesh, Patna'] }],
    ['an unknown kind', { X: ['Ramesh'] }],
  ])('keeps no word that no rule keeps, be it in %s', (_, attribute) => {
    expect(JSON.stringify(redactedImage({ nobodyThoughtOfThis: attribute }))).not.toContain('Ramesh');
  });

  it.each<[string, object]>([
    ['status', { SS: ['call Ramesh'] }],
    ['location', { M: { lat: { S: 'Ramesh' } } }],
    ['phone', { SS: ['Ramesh'] }],
    ['email', { S: 'Ramesh' }],
    ['vendor_id', { S: 'Ramesh' }],
    ['contact', { M: { phone: { S: 'Ramesh' } } }],
  ])('keeps no name in %s', (name, attribute) => {
    expect(JSON.stringify(redactedImage({ [name]: attribute }))).not.toContain('Ramesh');
  });

  it('has other digits of numbers that say who or where', () => {
    const image = redactedImage({
      customerPhone: { N: '9845012345' },
      lat: { N: '256123E-4' },
      accounts: { NS: ['9845012345'] },
    });
    expect(JSON.stringify(image)).not.toMatch(/98450|256123/);
  });

  it('has as many other bytes where there were bytes', () => {
    const photo = Buffer.from('a photo of Ramesh').toString('base64');
    const { image } = redactedImage({ image: { B: photo } });
    expect(image?.B).not.toBe(photo);
    expect(Buffer.from(image?.B ?? '', 'base64')).toHaveLength(17);
  });
});
