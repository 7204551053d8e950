/** An object of a provider's API: what is in it, nobody has checked. */
export type Json = Readonly<Record<string, unknown>>;

/** `value` as an object with unknown members; null for anything else, lists included. */
export const parseObject = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

/** The text at `value`; null for anything else and for the empty text. */
export const parseText = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
