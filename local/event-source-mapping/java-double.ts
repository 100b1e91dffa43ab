/** Numbers as Java's `Double.toString` writes them, for JSON that must equal AWS's to the byte. */

/** `JSON.stringify` writes the returned value's digits as they are: `1789651660` becomes `1.78965166E9`. */
export function javaDouble(value: number): unknown {
  return rawJSON(javaDoubleText(value));
}

/** Plain digits from 10^-3 up to 10^7, else one digit, a fraction and an exponent; always with a fraction. */
export function javaDoubleText(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : `${value}`;
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

// In Node since 21; the compiler's library does not declare it yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
