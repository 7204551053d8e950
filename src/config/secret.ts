import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/** A value that must never be printed. Every way of turning it into text gives `[redacted]`; only `reveal()` tells it. */
export interface Secret {
  readonly reveal: () => string;
  readonly toString: () => string;
  readonly toJSON: () => string;
}

/**
 * Wraps a secret. The value lives in a closure, so that logging, JSON, string templates, `console.log` and a crash
 * dump of the object cannot show it.
 */
export const toSecret = (value: string): Secret => {
  const redacted = (): string => REDACTED;
  return Object.freeze({ reveal: () => value, toString: redacted, toJSON: redacted, [inspect.custom]: redacted });
};
