import { InvalidArgumentError } from 'commander';

/** Reads an argument as a whole number within bounds, both included; throws what commander shows otherwise. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
