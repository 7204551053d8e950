import { defineAudiences } from '../src/audience-kit/index.ts';
import dunningExhausted from './dunning-exhausted.ts';
import dunningFirstFailureHighValue from './dunning-first-failure-high-value.ts';
import dunningFirstFailureStandard from './dunning-first-failure-standard.ts';
import dunningPersistentFailure from './dunning-persistent-failure.ts';
import dunningRecovered from './dunning-recovered.ts';
import dunningRetrying from './dunning-retrying.ts';
import preDunning from './pre-dunning.ts';
import suppressed from './suppressed.ts';

/** Every audience, in the order of a person's way through dunning. */
export const AUDIENCES = defineAudiences([
  preDunning,
  dunningFirstFailureHighValue,
  dunningFirstFailureStandard,
  dunningRetrying,
  dunningPersistentFailure,
  dunningExhausted,
  dunningRecovered,
  suppressed,
]);
