import { describe, expect, it } from 'vitest';
import { pseudonyms } from './pseudonyms.ts';

const names = () => pseudonyms(Buffer.from('of these tests'));

describe('pseudonyms', () => {
  it('are two for two originals, also where there are no more names of their length', () => {
    const { of } = names();
    const numbers = Array.from({ length: 100 }, (_, n) => `${n}`);
    const originals = [...'abcdefghijklmnopqrstuvwxyz', ...numbers];
    const given = originals.map(of);
    expect(new Set(given).size).toBe(originals.length);
    expect(originals.map(of)).toEqual(given);
  });

  it('have the length, case and alphabet of the original', () => {
    const { of } = names();
    expect(of('Asha-KUMAR_7')).toMatch(/^(?!Asha)[A-Z][a-z]{3}-(?!KUMAR)[A-Z]{5}_\d$/);
    expect(of('a1b2-C3D4')).toMatch(/^[a-f]\d[a-f]\d-[A-F]\d[A-F]\d$/);
    for (let n = 10; n < 100; n++) expect(of(`${n}`)).toMatch(/^[1-9]/);
    for (const text of ['Ñandú', 'लीला']) {
      expect(of(text)).toHaveLength(text.length);
      expect(of(text)).not.toMatch(new RegExp(`[${text}]`, 'u'));
    }
    expect(Buffer.byteLength(of('éßलीला'))).toBe(Buffer.byteLength('éßलीला'));
  });

  it('leave the time in an id, nothing beside it, and no date by itself', () => {
    const { of } = names();
    expect(of('asha_2026-01-31T10:00:00.000Z_ravi')).toMatch(
      /^(?!asha)[a-z]{4}_2026-01-31T10:00:00\.000Z_(?!ravi)[a-z]{4}$/,
    );
    expect(of('1985-04-12')).not.toMatch(/1985|-04-12/);
  });

  it('of a long id keep no part of it, and do not repeat themselves', () => {
    const { of } = names();
    expect(of('vendor00000017')).not.toMatch(/vend|dor0|0017/);
    expect(of('a'.repeat(64))).not.toMatch(/^(.+)\1$/);
  });
});
