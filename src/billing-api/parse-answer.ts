import type { ApiPage } from '../pipeline/api/api-ports.ts';

export type Json = Readonly<Record<string, unknown>>;

/** `value` as an object with unknown members; null for anything else, lists included. */
export const parseJsonObject = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

/** A list as Stripe answers it; null where it is none. */
export const parsePage = ({ data, has_more: hasMore }: Json): ApiPage | null => {
  if (!Array.isArray(data)) return null;
  const objects = data.map(parseJsonObject).filter((object) => object !== null);
  return objects.length === data.length ? { objects, hasMore: hasMore === true } : null;
};
