/** What authors of audiences use. */
export { audience } from './audience.ts';
export { type Audiences, defineAudiences } from './audiences.ts';
export { all, any, inAudience, not } from './combine.ts';
export type { AudienceDefinition } from './definition.ts';
export { days, hours, minutes } from './duration.ts';
export { event, exactly, never } from './event.ts';
export {
  absent,
  atLeast,
  atMost,
  dueWithin,
  exists,
  is,
  isNot,
  lessThan,
  moreThan,
  newerThan,
  noneOf,
  olderThan,
  oneOf,
} from './tests.ts';
export { trait } from './trait.ts';
