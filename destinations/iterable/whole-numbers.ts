const WHOLE_NUMBERS = new Set(['dunning_attempt_number', 'dunning_state_version']);

/** Whether a number never has a fraction; of all others the type must be able to hold one. */
export const isWhole = (name: string): boolean => WHOLE_NUMBERS.has(name);
