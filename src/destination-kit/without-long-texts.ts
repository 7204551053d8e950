import type { Attributes } from './record.ts';

/** What a tool holds that clears texts over a length: `isTooLong` tells which. */
export const withoutLongTexts = (desired: Attributes, isTooLong: (text: string) => boolean): Attributes =>
  Object.fromEntries(
    Object.entries(desired).map(([name, value]) => [
      name,
      typeof value === 'string' && isTooLong(value) ? null : value,
    ]),
  );
