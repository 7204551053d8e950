import * as z from 'zod';
import { type Instant, instant } from '../domain/instant.ts';

export { objectId as claimId } from '../providers/stripe/shapes.ts';

/** The parts that webhooks of recovery tools have in common, as schemas. */

/** ISO 8601 with its zone; null where it is absent or none. */
export const claimTime = z
  .unknown()
  .optional()
  .transform((value): Instant | null => {
    if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:?\d\d)$/.test(value)) return null;
    const ms = Date.parse(value);
    return Number.isSafeInteger(ms) && ms > 0 ? instant(ms) : null;
  });

/** The first thing that a schema found wrong: path and expectation, never the value. */
export const explainShape = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return issue === undefined ? 'unknown problem' : `${issue.path.map(String).join('.')}: ${issue.message}`;
};
