/** Builds HTML in which every value is escaped: what is interpolated is text, unless it was built here itself. */

/** HTML that was built by `html`; nothing else makes one. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static build(strings: readonly string[], values: readonly (string | Html | readonly Html[])[]): Html {
    return new Html(strings.map((part, index) => part + rendered(values[index] ?? '')).join(''));
  }

  toString(): string {
    return this.#text;
  }
}

/** Attributes that hold values are written in double quotes: ``html`<a href="${url}">${label}</a>` ``. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]) {
  return Html.build(strings, values);
}

function rendered(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return escapeHtml(value);
  return value instanceof Html ? value.toString() : value.map(rendered).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Safe as an element's text and in a quoted attribute (OWASP, "Cross Site Scripting Prevention"). */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}
