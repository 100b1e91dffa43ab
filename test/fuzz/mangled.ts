/** Takes something well formed and spoils it in a few places: what is nearly right gets further than what is plainly wrong. */
import fc from 'fast-check';
import { type Json, oddName, oddValue } from './values.ts';

export type Edit =
  | { readonly kind: 'remove' | 'repeat' | 'wrap' | 'text'; readonly at: number }
  | { readonly kind: 'replace'; readonly at: number; readonly value: Json }
  | { readonly kind: 'add' | 'rename'; readonly at: number; readonly name: string; readonly value: Json };

const at = fc.nat({ max: 10_000 });

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('replace' as const), at, value: oddValue }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'repeat', 'wrap', 'text'), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('add', 'rename'), at, name: oddName, value: oddValue }),
  },
);

/** @returns JSON text, with the marks of values.ts */
export function mangled(whole: Json, edits: readonly Edit[]): string {
  let root = copyOf(whole);
  for (const one of edits) {
    const holder: Holder = { '': root };
    const places = placesOf(holder);
    const place = places[one.at % places.length];
    if (place !== undefined) apply(place, one);
    root = holder[''] ?? null;
  }
  return JSON.stringify(root);
}

type Holder = { [name: string]: Json };

interface Place {
  readonly holder: object;
  readonly name: string | number;
  readonly value: Json;
}

function placesOf(holder: Holder): Place[] {
  const places: Place[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      const member = Reflect.get(value, name) as Json;
      places.push({ holder: value, name, value: member });
      visit(member);
    }
  };
  visit(holder);
  return places;
}

function apply({ holder, name, value }: Place, one: Edit): void {
  switch (one.kind) {
    case 'replace':
      set(holder, name, copyOf(one.value));
      break;
    case 'remove':
      Reflect.deleteProperty(holder, name);
      break;
    case 'repeat':
      set(holder, name, [value, value]);
      break;
    case 'wrap':
      set(holder, name, { M: value });
      break;
    case 'text':
      set(holder, name, JSON.stringify(value));
      break;
    case 'add':
      set(typeof value === 'object' && value !== null ? value : holder, one.name, copyOf(one.value));
      break;
    case 'rename':
      Reflect.deleteProperty(holder, name);
      set(holder, one.name, value);
  }
}

/** Later edits change what is in the tree, never what the case is made of. */
function copyOf(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}

/** As JSON.parse does: a member named `__proto__` is a member. Lists have places, and no names. */
function set(holder: object, name: string | number, value: Json): void {
  if (Array.isArray(holder) && !/^\d+$/.test(String(name))) return;
  Object.defineProperty(holder, name, { value, enumerable: true, writable: true, configurable: true });
}
