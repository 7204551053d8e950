/** A JSON object of which nothing more is known. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object and no array. */
export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
