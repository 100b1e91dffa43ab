/** Lays out a mail's content as HTML and as text. The content is plain text: whatever it holds shows as it is, and as nothing else. */
import { html } from './html.ts';
import type { MailText } from './mail.ts';
import { oneLine } from './one-line.ts';

export interface MailContent {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  /** Names and values, shown as a table. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Something to press; the address is ours, never an item's. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Who writes. */
  readonly signature: string;
}

/** Characters. A longer subject is cut off by mail programs anyway; the longest line of a mail has 998 (RFC 5322, 2.1.1). */
const LONGEST = { subject: 150, line: 900 };

export function layOut(content: MailContent): MailText {
  const line = (text: string) => oneLine(text, LONGEST.line);
  const clean: MailContent = {
    subject: oneLine(content.subject, LONGEST.subject),
    greeting: line(content.greeting),
    paragraphs: content.paragraphs.map(line),
    facts: content.facts.map(([name, value]) => [line(name), line(value)]),
    signature: line(content.signature),
    ...(content.action === undefined ? {} : { action: content.action }),
  };
  return { subject: clean.subject, html: asHtml(clean), text: asText(clean) };
}

function asHtml({ subject, greeting, paragraphs, facts, action, signature }: MailContent): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
<body style="margin:0;padding:24px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#222">
<div style="max-width:560px;margin:0 auto">
<p>${greeting}</p>
${paragraphs.map((paragraph) => html`<p>${paragraph}</p>\n`)}
<table role="presentation" style="border-collapse:collapse">
${facts.map(
  ([name, value]) =>
    html`<tr><td style="padding:4px 16px 4px 0;color:#666;vertical-align:top">${name}</td><td style="padding:4px 0" dir="auto">${value}</td></tr>\n`,
)}
</table>
${action === undefined ? '' : html`<p><a href="${action.url}" style="display:inline-block;padding:10px 20px;background:#1a5fb4;color:#fff;text-decoration:none;border-radius:4px">${action.label}</a></p>\n`}
<p style="color:#666">${signature}</p>
</div>
</body>
</html>
`.toString();
}

function asText({ greeting, paragraphs, facts, action, signature }: MailContent): string {
  const blocks = [
    greeting,
    ...paragraphs,
    facts.map(([name, value]) => `${name}: ${value}`).join('\n'),
    action === undefined ? '' : `${action.label}: ${action.url}`,
    signature,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
