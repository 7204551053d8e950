/** An object as Stripe's API shows it. */
export type ApiObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is ApiObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `path` inside of `object`; undefined where it leads nowhere. */
export const linksOf = (object: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);

/** A number or 0. */
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** The id in a reference that may be expanded. */
export const idIn = (reference: unknown): string | null => {
  const id = isObject(reference) ? reference.id : reference;
  return typeof id === 'string' ? id : null;
};
