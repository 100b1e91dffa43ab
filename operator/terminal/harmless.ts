/** The last door before a terminal: whatever ids, keys and messages hold, what is written steers nobody's screen. */

/** Colours and weights that `styleText` writes. Not among them: hidden text, cursor, title, clipboard, links. */
const STYLE = /^\[(?:0|1|2|22|3[1-7]|39|9[0-7])m/;

const SUSPECT = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Line breaks and our own styles stay; other control characters, and those that turn the direction of text, become escapes. */
export function harmless(text: string): string {
  return text.replace(SUSPECT, (character, at: number) => {
    const isOurs = character === '\n' || (character === '\u001b' && STYLE.test(text.slice(at + 1, at + 6)));
    return isOurs ? character : escaped(character);
  });
}

/** JSON text in which each such character inside a text is JSON's own escape: it reads back as the same. */
export function harmlessJson(json: string): string {
  return json.replace(SUSPECT, (character) => (character === '\n' ? character : escaped(character)));
}

/** The streams behind those that `harmlessStream` made. */
const behind = new WeakMap<NodeJS.WriteStream, NodeJS.WriteStream>();

/** The same stream, but that whatever is written goes through `harmless`: commands get no other. */
export function harmlessStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const made = new Proxy(stream, {
    get(target, name) {
      if (name === 'write')
        return (chunk: string | Uint8Array, ...rest: unknown[]) =>
          Reflect.apply(target.write, target, [harmless(textOf(chunk)), ...rest]);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  behind.set(made, stream);
  return made;
}

/** For what moves the cursor itself: the progress bar, and a question. Nothing of a table, a queue or a service may be written to it. */
export function drawable(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return behind.get(stream) ?? stream;
}

const textOf = (chunk: string | Uint8Array) =>
  typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
