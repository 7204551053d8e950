import * as z from 'zod';
import { type Instant, instant, toIso } from '../../domain/instant.ts';

/** What a person of the company may do about a customer. */
const OPERATOR_ACTIONS = ['hold', 'resume', 'exclude', 'mark_recovered'] as const;
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number];

/** Characters; what people write is for people, and a note is kept elsewhere. */
export const OPERATOR_LIMITS = { actor: 200, reason: 1_000 } as const;

/** A name without spaces: it becomes part of ids. */
export const requestIdSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'expected 1 to 128 printable characters without spaces');
export const holdIdSchema = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes or underscores');

const wellFormed = (text: string): boolean => text.isWellFormed();
const words = (most: number): z.ZodType<string> =>
  z
    .string(`expected text of 1 to ${most} characters`)
    .trim()
    .min(1, `expected text of 1 to ${most} characters`)
    .max(most, `expected text of 1 to ${most} characters`)
    .refine(wellFormed, 'expected well-formed text');
export const actorSchema = words(OPERATOR_LIMITS.actor);
export const reasonSchema = words(OPERATOR_LIMITS.reason);

const exact = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .transform((text, context): Instant => {
    const ms = Date.parse(text);
    if (Number.isSafeInteger(ms) && toIso(instant(ms)) === text) return instant(ms);
    context.addIssue('expected an instant');
    return z.NEVER;
  });

const common = {
  version: z.literal(1),
  request_id: requestIdSchema,
  /** When it was said. */
  at: exact,
  actor: actorSchema.nullable(),
  reason: reasonSchema.nullable(),
};

const objectId = z.string().regex(/^[\x21-\x7e]{1,255}$/);
/** More than this is owed by nobody. */
const MOST_INVOICES = 10_000;

/** A delivery of an operator, as it is stored: JSON with instants in ISO 8601, UTC, milliseconds. */
export const operatorBodySchema = z.discriminatedUnion('action', [
  z.strictObject({ ...common, action: z.enum(['hold', 'exclude']), hold_id: holdIdSchema, until: exact.nullable() }),
  /** `hold_id` null: every hold of operators. */
  z.strictObject({ ...common, action: z.literal('resume'), hold_id: holdIdSchema.nullable() }),
  /** Of these invoices, which were owed when it was said. */
  z.strictObject({
    ...common,
    action: z.literal('mark_recovered'),
    invoices: z.array(objectId).min(1).max(MOST_INVOICES),
  }),
]);
export type OperatorBody = z.infer<typeof operatorBodySchema>;
