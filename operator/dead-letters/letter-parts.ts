/**
 * Which messages and objects stand for which letters. A message may announce several objects, and an object may be announced by several
 * messages: a message is done with when all that it stands for is. Pure.
 */
import type { LetterSource, ObjectPlace } from './letter.ts';
import { type Found, objectId } from './read-message.ts';

interface Part {
  /** By id; grows when an object is announced again. */
  readonly messages: string[];
  readonly object?: ObjectPlace;
  /** Letters in it that are not settled: several only where one message's text holds several. */
  open: number;
  released: number;
}

export function letterParts() {
  const objects = new Map<string, Part>();
  const inline = new Map<string, Part>();
  const messages = new Map<string, Part[]>();

  return {
    /**
     * @returns what of a message's content is new, and whether it all was settled already
     */
    add(messageId: string, found: readonly Found[]): { fresh: readonly Found[]; done: boolean } {
      const own: Part[] = [];
      const letters = found.filter(({ kind }) => kind === 'letter').length;
      if (letters > 0) {
        const part: Part = { messages: [messageId], open: letters, released: 0 };
        inline.set(messageId, part);
        own.push(part);
      }
      const fresh = found.filter((element) => {
        if (element.kind === 'letter') return true;
        const id = objectId(element.object);
        const known = objects.get(id);
        const part = known ?? { messages: [], object: element.object, open: 1, released: 0 };
        part.messages.push(messageId);
        objects.set(id, part);
        own.push(part);
        return known === undefined;
      });
      messages.set(messageId, own);
      return { fresh, done: own.length > 0 && isDone(messageId) };
    },
    /** @returns false if a message has announced it */
    addObject(object: ObjectPlace): boolean {
      const id = objectId(object);
      if (objects.has(id)) return false;
      objects.set(id, { messages: [], object, open: 1, released: 0 });
      return true;
    },
    /** @returns what is to be deleted now, in this order */
    settle(source: LetterSource): { messages: readonly string[]; object: ObjectPlace | undefined } {
      const part = partOf(source);
      if (part === undefined || part.open === 0) return { messages: [], object: undefined };
      part.open--;
      return part.open > 0
        ? { messages: [], object: undefined }
        : { messages: part.messages.filter(isDone), object: part.object };
    },
    /** @returns messages nothing of which is needed any more */
    release(source: LetterSource): readonly string[] {
      const part = partOf(source);
      if (part === undefined) return [];
      part.released++;
      return part.messages.filter((id) =>
        (messages.get(id) ?? []).every(({ open, released }) => released >= open),
      );
    },
  };

  function partOf({ message, object }: LetterSource): Part | undefined {
    if (object !== undefined) return objects.get(objectId(object));
    return message === undefined ? undefined : inline.get(message.messageId);
  }

  function isDone(messageId: string): boolean {
    return (messages.get(messageId) ?? []).every(({ open }) => open === 0);
  }
}
