import { describe, expect, it } from 'vitest';
import { fc, test } from '../../test/support/property.ts';
import { readAddress, senderHeader } from './address.ts';
import { escapeHtml, html } from './html.ts';
import { layOut, type MailContent } from './letter.ts';
import { oneLine } from './one-line.ts';

/** Texts that try to be something else: markup, headers, control characters, reordering, halves of characters. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='x",
        '&lt;b&gt;',
        '</title><p>',
        '<!--',
        ']]>',
        '\r\nBcc: all@example.com\r\n\r\n',
        '\u2028',
        '\u0000',
        '\u202e',
        '\ud83d',
        '👩‍👧',
        'अनुवाद',
        '{{7*7}}',
        '%{x}',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const readBack = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');

describe('escapeHtml', () => {
  test.prop([hostile])(
    'leaves nothing that opens a tag, an entity or ends a quote, and loses nothing',
    (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"'`]|&(?!(?:lt|gt|quot|amp|#39|#96);)/);
      expect(readBack(escaped)).toBe(text);
    },
  );
});

describe('html', () => {
  it('escapes every value but what it built itself', () => {
    const item = html`<b>${'<i>'}</b>`;
    expect(html`<p>${[item, item]}${'&'}</p>`.toString()).toBe(
      '<p><b>&lt;i&gt;</b><b>&lt;i&gt;</b>&amp;</p>',
    );
  });

  it('escapes texts in a list too, whatever their type says', () => {
    const list = ['<script>'] as unknown as readonly ReturnType<typeof html>[];
    expect(html`${list}`.toString()).toBe('&lt;script&gt;');
  });
});

describe('oneLine', () => {
  it.each([...'\u2028\u2029\u0085\u0000\u202a\u202e\u2066\u2067\u2068\u2069'])(
    'has %j as a blank',
    (character) => {
      expect(oneLine(`a${character}b`, 10)).toBe('a b');
    },
  );

  test.prop([hostile, fc.integer({ min: 1, max: 50 })])(
    'is one line, well-formed, and no longer than asked for',
    (text, longest) => {
      const line = oneLine(text, longest);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      expect(line.isWellFormed()).toBe(true);
      expect([...line].length).toBeLessThanOrEqual(longest);
    },
  );

  it('shows that something was cut off, and keeps what fits', () => {
    expect(oneLine('Tap  repair\r\nBcc: x', 100)).toBe('Tap repair Bcc: x');
    expect(oneLine('Tap repair', 6)).toBe('Tap r…');
    expect(oneLine('👍👍👍', 3)).toBe('👍👍👍');
  });
});

describe('a mail', () => {
  const content = fc.record({
    subject: hostile,
    greeting: hostile,
    paragraphs: fc.array(hostile, { maxLength: 3 }),
    facts: fc.array(fc.tuple(hostile, hostile), { maxLength: 4 }),
    signature: hostile,
  });
  const tags = (mail: string) => mail.match(/<\/?[a-z!][^>]*>/gi) ?? [];
  const blank = (values: MailContent): MailContent => ({
    subject: '',
    greeting: '',
    paragraphs: values.paragraphs.map(() => ''),
    facts: values.facts.map(() => ['', ''] as const),
    signature: '',
  });

  test.prop([content])('has the tags of its layout and no others, whatever its values hold', (values) => {
    expect(tags(layOut(values).html)).toEqual(tags(layOut(blank(values)).html));
  });

  test.prop([content])('has a subject that is safe in a header', ({ ...values }) => {
    const { subject } = layOut(values);
    expect(subject).not.toMatch(/\p{Cc}/u);
    expect([...subject].length).toBeLessThanOrEqual(150);
  });

  it('keeps every value on its own line, whatever line breaks it holds', () => {
    const broken = (text: string) => `${text}\r\nBcc: all@example.com\n\n${text}`;
    const { subject, text, html } = layOut({
      subject: broken('S'),
      greeting: broken('Hello,'),
      paragraphs: [broken('One.')],
      facts: [[broken('When'), broken('Friday')]],
      signature: broken('Market'),
    });
    const lines = [
      broken('Hello,'),
      broken('One.'),
      `${broken('When')}: ${broken('Friday')}`,
      broken('Market'),
    ];
    expect(text).toBe(`${lines.map((line) => line.replaceAll(/[\r\n]+/g, ' ')).join('\n\n')}\n`);
    for (const part of [subject, text, html]) expect(part).not.toMatch(/^Bcc/m);
  });

  it('says in its text part what it says in HTML', () => {
    const { html, text } = layOut({
      subject: 'S',
      greeting: 'Hello Ben & Jo,',
      paragraphs: ['One.', 'Two.'],
      facts: [['When', 'Friday']],
      action: { label: 'View', url: 'https://example.com/b?a=1&b=2' },
      signature: 'Market',
    });
    expect(text).toBe(
      'Hello Ben & Jo,\n\nOne.\n\nTwo.\n\nWhen: Friday\n\nView: https://example.com/b?a=1&b=2\n\nMarket\n',
    );
    expect(html).toContain('Hello Ben &amp; Jo,');
    expect(html).toContain('href="https://example.com/b?a=1&amp;b=2"');
  });
});

describe('readAddress', () => {
  it.each([
    ['asha@example.com', 'asha@example.com'],
    [' Asha.K+home@mail.example.co ', 'Asha.K+home@mail.example.co'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['ben@bücher.example', 'ben@xn--bcher-kva.example'],
  ])('takes %j', (text, address) => {
    expect(readAddress(text)).toEqual({ kind: 'usable', address });
  });

  it('takes an address as long as they may be, and none that is longer', () => {
    const of = (local: number, whole: number) =>
      `${'a'.repeat(local)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(whole - local - 187)}.in`;
    expect(of(64, 254)).toHaveLength(254);
    expect(readAddress(of(64, 254)).kind).toBe('usable');
    expect(readAddress(of(64, 255)).kind).toBe('unusable');
    expect(readAddress(of(65, 254)).kind).toBe('unusable');
  });

  it.each([undefined, null, '', '   '])('finds nothing in %j', (text) => {
    expect(readAddress(text)).toEqual({ kind: 'none' });
  });

  it.each([
    'asha',
    '@example.com',
    'asha@',
    'asha@localhost',
    'asha@127.0.0.1',
    'asha@[127.0.0.1]',
    'asha@-x.example',
    'asha@example..com',
    'asha..k@example.com',
    '.asha@example.com',
    'a b@example.com',
    'asha@exam%70le.com',
    'asha@example.com,eve@example.com',
    'asha@example.com\r\nBcc: eve@example.com',
    'Asha <asha@example.com>',
    '"asha k"@example.com',
    'आशा@example.com',
    `${'a'.repeat(65)}@example.com`,
    `asha@${'a.'.repeat(130)}com`,
  ])('refuses %j', (text) => {
    expect(readAddress(text)).toEqual({ kind: 'unusable' });
  });

  test.prop([fc.oneof(hostile, fc.emailAddress())])(
    'accepts nothing that could be more than one address in a header',
    (text) => {
      const read = readAddress(text);
      if (read.kind === 'usable') expect(read.address).toMatch(/^[\x21-\x7e]+$/);
      if (read.kind === 'usable') expect(read.address).not.toMatch(/[,;:<>()[\]"\\]/);
    },
  );
});

describe('senderHeader', () => {
  it('quotes a name, or encodes it beyond ASCII', () => {
    expect(senderHeader('The "Market"', 'a@example.com')).toBe('"The \\"Market\\"" <a@example.com>');
    expect(senderHeader('बाज़ार', 'a@example.com')).toBe(
      '=?UTF-8?B?4KSs4KS+4KSc4KS84KS+4KSw?= <a@example.com>',
    );
  });

  test.prop([fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })])(
    'is 7-bit ASCII in words of at most 75 characters',
    (name) => {
      const header = senderHeader(name, 'a@example.com');
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      if (header.startsWith('=?'))
        expect(Math.max(...header.split(' ').map((word) => word.length))).toBeLessThanOrEqual(75);
    },
  );
});

it('an encoded word of a sender has 75 characters at most, however few bytes its letters have', () => {
  const header = senderHeader(`é${'a'.repeat(99)}`, 'market@example.com');
  const words = header.split(' ').slice(0, -1);
  expect(words.length).toBeGreaterThan(1);
  expect(Math.max(...words.map((word) => word.length))).toBeLessThanOrEqual(75);
});
