/** One product per language, and ways to ask for it. Characters that look alike are written as escapes. */
import type { LanguageKey } from '../../../shared/languages.ts';

export interface LanguageCase {
  readonly title: string;
  readonly description: string;
  /** A word of the title, as it stands there. */
  readonly word: string;
  /** The beginning of that word. */
  readonly beginning: string;
  /** Another form of a word of the title, where the language's analyzer knows how words bend. */
  readonly inflected?: string;
  /** A word of the title in other characters for the same text. */
  readonly otherForms: readonly string[];
  /** A word of the language that is not in the product. */
  readonly absent: string;
}

const decomposed = (text: string): string => text.normalize('NFD');

export const languageCases: Readonly<Record<LanguageKey, LanguageCase>> = {
  english: {
    title: 'Fresh Tomatoes for your Café',
    description: 'Ripe, from Kolar',
    word: 'tomatoes',
    beginning: 'tom',
    inflected: 'tomato',
    otherForms: ['TOMATOES', decomposed('café')],
    absent: 'potatoes',
  },
  hindi: {
    // ज़ as one character, then as ज and nukta.
    title: 'ता\u095bे टमाटर क्षेत्र के',
    description: 'लाल और पके',
    word: 'टमाटर',
    beginning: 'टमा',
    inflected: 'टमाटरों',
    otherForms: ['ता\u091c\u093cे', 'क्\u200dषेत्र'],
    absent: 'आलू',
  },
  bengali: {
    title: 'বড় চাল ও টম্যাটো',
    description: 'তাজা সবজি',
    word: 'চাল',
    beginning: 'চা',
    inflected: 'চালের',
    // ড় as one character, ো as two, ya-phala with a joiner.
    otherForms: ['ব\u09dc', decomposed('টম্যাটো'), 'টম্\u200dযাটো'],
    absent: 'আলু',
  },
  tamil: {
    title: 'புதிய தக்காளி கொத்தமல்லி',
    description: 'இயற்கை விவசாயம்',
    word: 'தக்காளி',
    beginning: 'தக்',
    inflected: 'தக்காளிகள்',
    otherForms: [decomposed('கொத்தமல்லி'), 'தக்\u200cகாளி'],
    absent: 'வெங்காயம்',
  },
  telugu: {
    title: 'తాజా టమాటా మైదా',
    description: 'రైతు నుండి నేరుగా',
    word: 'టమాటా',
    beginning: 'టమ',
    otherForms: [decomposed('మైదా'), 'టమాటా\u200c'],
    absent: 'ఉల్లిపాయ',
  },
  kannada: {
    title: 'ತಾಜಾ ಟೊಮೇಟೊ ಕೋಸು',
    description: 'ಸಾವಯವ ಕೃಷಿ',
    word: 'ಟೊಮೇಟೊ',
    beginning: 'ಟೊಮೇ',
    otherForms: [decomposed('ಟೊಮೇಟೊ'), decomposed('ಕೋಸು')],
    absent: 'ಈರುಳ್ಳಿ',
  },
  malayalam: {
    // The final n of honey as one character (chillu), then as n, virama and joiner.
    title: 'കാട്ടുതേ\u0d7b കൊപ്ര',
    description: 'വയനാട്ടിൽ നിന്ന്',
    word: 'കൊപ്ര',
    beginning: 'കൊ',
    otherForms: ['കാട്ടുതേ\u0d28\u0d4d\u200d', decomposed('കൊപ്ര')],
    absent: 'തക്കാളി',
  },
  odia: {
    title: 'ବଡ଼ ବାଇଗଣ ଟମାଟୋ',
    description: 'ତାଜା ପନିପରିବା',
    word: 'ବାଇଗଣ',
    beginning: 'ବାଇ',
    otherForms: ['ବ\u0b5c', decomposed('ଟମାଟୋ')],
    absent: 'ଆଳୁ',
  },
};
