export { default as dunningExhausted } from './dunning-exhausted.ts';
export { default as dunningFirstFailureHighValue } from './dunning-first-failure-high-value.ts';
export { default as dunningFirstFailureStandard } from './dunning-first-failure-standard.ts';
export { default as dunningPersistentFailure } from './dunning-persistent-failure.ts';
export { default as dunningRecovered } from './dunning-recovered.ts';
export { default as dunningRetrying } from './dunning-retrying.ts';
export { default as preDunning } from './pre-dunning.ts';
export { default as suppressed } from './suppressed.ts';
