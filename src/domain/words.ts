import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from './instant.ts';

/** From the largest, each with the ms that it lasts. */
export const TIME_UNITS = [
  [DAY_MS, 'day'],
  [HOUR_MS, 'hour'],
  [MINUTE_MS, 'minute'],
  [SECOND_MS, 'second'],
] as const;

/** A length of time in words, of its largest unit, e.g. `3 days`; `ms` of any sign. */
export const spanWords = (ms: number): string => {
  const length = Math.abs(ms);
  const [unitMs, unit] = TIME_UNITS.find(([each]) => length >= each) ?? TIME_UNITS[3];
  const whole = Math.round(length / unitMs);
  return counted(whole, unit);
};

/** How long `at` is past at `now`, e.g. `3 days ago`. */
export const ago = (at: Instant, now: Instant): string =>
  now - at < SECOND_MS ? 'just now' : `${spanWords(now - at)} ago`;

/** A number with its noun, e.g. `1 customer`, `1,200 customers`. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${n.toLocaleString('en-US')} ${n === 1 ? noun : plural}`;

/** Parts that stay whole, with a space between them, in lines of at most `width` characters. */
export const wrapParts = (parts: readonly string[], width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of parts) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
};
