import { describe, expect, it } from 'vitest';
import { cutText, onOneLine } from './characters.ts';

const graphemes = (text: string) => [...new Intl.Segmenter('hi', { granularity: 'grapheme' }).segment(text)];

describe('cutText', () => {
  it('leaves text alone that is short enough', () => {
    expect(cutText('ताज़ा टमाटर', 100)).toBe('ताज़ा टमाटर');
    expect(cutText('x'.repeat(100), 100)).toBe('x'.repeat(100));
  });

  it('ends with an ellipsis within the limit, however one counts', () => {
    const cut = cutText('க்ஷேத்திரம் '.repeat(40), 100);
    expect(cut.endsWith('…')).toBe(true);
    expect(cut.length).toBeLessThanOrEqual(100);
    expect(cut.length).toBeGreaterThan(90);
  });

  it.each(['कि', '👨‍👩‍👧', 'ക്ഷ', '🇮🇳'])('never parts %s', (character) => {
    for (let most = 20; most < 40; most++) {
      const cut = cutText(character.repeat(60), most);
      for (const { segment } of graphemes(cut.slice(0, -1))) expect(character).toContain(segment);
      expect(cut.slice(0, -1)).toBe(character.repeat((cut.length - 1) / character.length));
    }
  });

  it('cuts the longest text that an item can hold at once', () => {
    expect(cutText('अ'.repeat(130_000), 100)).toHaveLength(100);
  });
});

describe('onOneLine', () => {
  it('makes one line of many', () => {
    expect(onOneLine('  fresh\n\n tomatoes\t ')).toBe('fresh tomatoes');
  });
});
