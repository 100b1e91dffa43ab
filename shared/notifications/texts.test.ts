/** Every catalog says everything, with the same things to fill in, and says it in its own script. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { type LanguageKey, languageKeys, languages } from '../languages.ts';
import { catalogs, localeOf, type MessageKey, renderText, type TextOf } from './texts.ts';

const keys = Object.keys(catalogs.english) as MessageKey[];
const others = languageKeys.filter((language) => language !== 'english');

/** What a message asks for, and by which format: `{total, number, rupees}` in any place of it. */
function placeholders(elements: readonly MessageFormatElement[]): string[] {
  const names = elements.flatMap((element): string[] => {
    switch (element.type) {
      case TYPE.literal:
        return [];
      case TYPE.argument:
        return [element.value];
      case TYPE.number:
        return [`${element.value}, number, ${String(element.style)}`];
      case TYPE.select: {
        const branches = Object.entries(element.options);
        const inside = branches.flatMap(([name, { value }]) =>
          placeholders(value).map((each) => `${element.value}=${name}: ${each}`),
        );
        return [`${element.value}, select, ${branches.map(([name]) => name).sort()}`, ...inside];
      }
      default:
        return [`unexpected element of type ${element.type}`];
    }
  });
  return names.sort();
}

const samples: Record<MessageKey, TextOf['values']> = {
  new_bid: { buyerType: 'b2b', quantity: { number: 1250, unit: 'kg' }, total: 123456.5 },
  new_bid_open: {},
  new_purchase: { quantity: { number: 3, unit: null }, total: 90 },
  new_purchase_open: {},
  bid_changed: { quantity: { number: 10.5, unit: 'quintal' }, total: 4500 },
  bid_changed_open: {},
  bid_status: { status: 'accepted' },
  counter_offer: { quantity: { number: 100, unit: 'kg' }, amount: 22.5 },
  counter_offer_open: {},
  counter_offer_withdrawn: {},
  vendor_message: { preview: '42' },
  new_message: { messageType: 'voice', preview: '42' },
  new_message_open: { messageType: 'voice' },
  message_read: {},
};

describe.each(languageKeys)('the catalog of %s', (language) => {
  it('has every key, and no other', () => {
    expect(Object.keys(catalogs[language])).toEqual(keys);
  });

  it.each(keys)('asks in %s for what the English one asks for, in the same formats', (key) => {
    expect(placeholders(parse(catalogs[language][key]))).toEqual(placeholders(parse(catalogs.english[key])));
  });

  it.each(keys)('can be told with the values that %s is given', (key) => {
    const text = renderText({ key, values: samples[key] }, language);
    expect(text).not.toMatch(/[{}]|undefined|NaN|\s\s/);
  });
});

describe.each(others)('the texts in %s', (language) => {
  const script = new RegExp(`\\p{Script=${languages[language].script}}`, 'u');
  const foreign = /[A-Za-z]/;

  it('are written in its script, with no word left in English', () => {
    for (const key of keys) {
      for (const text of literals(parse(catalogs[language][key]))) {
        expect(foreign.test(text), `${key}: ${text}`).toBe(false);
      }
      expect(script.test(renderText({ key, values: samples[key] }, language)), key).toBe(true);
    }
  });
});

function literals(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal) return [element.value];
    return element.type === TYPE.select
      ? Object.values(element.options).flatMap(({ value }) => literals(value))
      : [];
  });
}

describe('renderText', () => {
  it('writes money in rupees with paise only where there are any, and quantities with their unit', () => {
    const bid = (total: number): TextOf => ({
      key: 'new_bid',
      values: { buyerType: 'b2c', quantity: { number: 1250, unit: 'kg' }, total },
    });
    expect(renderText(bid(123456.5), 'english')).toBe('New retail bid: 1,250 kg for ₹1,23,456.50 in all');
    expect(renderText(bid(4500), 'hindi')).toBe('नई खुदरा बोली: 1,250 kg, कुल ₹4,500');
  });

  it.each(languageKeys)(
    'writes digits in %s as prices are written, not in the digits of the script',
    (language) => {
      const text = renderText({ key: 'counter_offer', values: samples.counter_offer }, language);
      expect(text).toMatch(/100 kg × ₹22\.50$/);
      expect(Intl.NumberFormat.supportedLocalesOf(localeOf(language))).toHaveLength(1);
    },
  );

  it('takes a status, a buyer or a kind of message that it does not know for any other', () => {
    const status = (value: string) => renderText({ key: 'bid_status', values: { status: value } }, 'english');
    expect(status('withdrawn')).toBe('There is news about your bid');
    expect(status('accepted')).toBe('Your bid was accepted');
  });

  it('writes what people wrote as it is, braces and all', () => {
    const values = { preview: "it's {40} <b>" };
    expect(renderText({ key: 'vendor_message', values }, 'english')).toBe(
      "Message from the vendor about your bid: it's {40} <b>",
    );
  });
});

it('every language of the table has its file, and every file its language', () => {
  const files = readdirSync(join(import.meta.dirname, 'catalogs'));
  expect(files.sort()).toEqual(languageKeys.map((language: LanguageKey) => `${language}.json`).sort());
});
