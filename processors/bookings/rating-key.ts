/** How the ratings of providers and services are named where they are compared, mended and listed. Pure. */

export type RatingKey =
  | { readonly kind: 'provider'; readonly id: string }
  | { readonly kind: 'service'; readonly id: string };

export function ratingKeyText({ kind, id }: RatingKey): string {
  return `${kind}:${id}`;
}

/** @returns undefined for a text that names no rating */
export function readRatingKey(text: string): RatingKey | undefined {
  const [, kind, id] = /^(provider|service):(.+)$/s.exec(text) ?? [];
  if (id === undefined) return undefined;
  return { kind: kind === 'provider' ? 'provider' : 'service', id };
}
