import * as z from 'zod';

export const metadata = z.record(z.string(), z.unknown()).nullish();
export type Metadata = z.infer<typeof metadata>;

/** What Stripe lets one value of metadata hold; what is longer was not written by it. */
const MAX_VALUE = 500;

/** `plan_id` in an object's metadata. */
export const planIdIn = (source: Metadata): string | null => textIn(source, 'plan_id');

/** What programs write when they have no user id; taken for one, it would make strangers one person. */
const NOBODY: ReadonlySet<string> = new Set([
  ...['undefined', 'null', 'none', 'nil', 'nan', '[object object]', '[object undefined]', 'true', 'false'],
  ...['0', '-1', '-', 'n/a', 'unknown', 'anonymous', 'guest', '00000000-0000-0000-0000-000000000000'],
]);

const isSomebody = (value: string): boolean => !NOBODY.has(value.toLowerCase());

/** The user id in an object's metadata, without blanks around it: the first of `keys` that holds one. */
export const userIdIn = (source: Metadata, keys: readonly string[]): string | null => {
  for (const key of keys) {
    const value = textIn(source, key)?.trim();
    if (value !== undefined && isSomebody(value)) return value;
  }
  return null;
};

/** The users that an object's metadata lists under any of `keys`, comma-separated, each once. */
export const userIdsIn = (source: Metadata, keys: readonly string[]): readonly string[] => {
  const listed = keys.flatMap((key) => textIn(source, key)?.split(',') ?? []);
  return [...new Set(listed.map((id) => id.trim()).filter((id) => id !== '' && isSomebody(id)))];
};

const textIn = (source: Metadata, key: string): string | null => {
  const value = source != null && Object.hasOwn(source, key) ? source[key] : null;
  return typeof value === 'string' && isShownText(value) ? value : null;
};

/** Half a surrogate pair changes on its way through a store, so that one user would become two. */
const isShownText = (value: string): boolean =>
  value.trim() !== '' && value.length <= MAX_VALUE && value.isWellFormed();
