/** The bid item as its writers really write it; a direct purchase is one too. Only what a notification says is looked at. */
import * as z from 'zod/mini';
import { amount, text } from '../../shared/stream/parse-item.ts';

const map = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.optional(z.nullable(z.object(shape)));

/** Text, or text beside its translation. */
const message = z.optional(
  z.nullable(
    z.union([z.string(), z.object({ original: text, translated: text })], {
      error: 'expected text, or a map with original and translated',
    }),
  ),
);

export const bidItem = z.object({
  buyer_type: text,
  amount,
  quantity: amount,
  total_amount: amount,
  unit: text,
  message,
  voice_message: text,
  status: text,
  vendor_message: message,
  counter_offer: map({ amount, quantity: amount, message }),
  category: text,
});

export type BidItem = z.infer<typeof bidItem>;

export type Message = BidItem['message'];

export interface MessageTexts {
  readonly original: string | null;
  readonly translated: string | null;
}

/** Empty text is no text. */
export function messageTexts(value: Message): MessageTexts {
  if (typeof value === 'string') return { original: value || null, translated: null };
  return { original: value?.original || null, translated: value?.translated || null };
}
