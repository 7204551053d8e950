import * as z from 'zod';
import { parseDuration } from '../config/duration.ts';
import { type Instant, instant } from '../domain/instant.ts';
import {
  actorSchema,
  holdIdSchema,
  type OperatorAction,
  reasonSchema,
  requestIdSchema,
} from '../interventions/operator/operator-body.ts';
import type { OperatorRequest } from '../pipeline/interventions/intervention.ts';

const duration = z.string().transform((text, context): number => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue('expected a duration such as 7d, 12h or 30m');
  return z.NEVER;
});

const moment = z.iso.datetime({ offset: true, error: 'expected an instant with a zone such as 2026-05-07T08:30:00Z' });
const until = moment.transform((text): Instant => instant(Math.trunc(Date.parse(text))));

const common = { actor: actorSchema, reason: reasonSchema.nullish(), request_id: requestIdSchema.optional() };
const expiring = { ...common, hold_id: holdIdSchema.optional(), for: duration.optional(), until: until.optional() };

/** What the body of each action may hold; nothing else is taken, lest a misspelt expiry is none. */
const BODIES = {
  hold: z.strictObject(expiring),
  exclude: z.strictObject(expiring),
  resume: z.strictObject({ ...common, hold_id: holdIdSchema.optional() }),
  mark_recovered: z.strictObject({ ...common, episode: z.string().max(100).optional() }),
} satisfies Readonly<Record<OperatorAction, z.ZodType>>;

/** What was sent: the body as JSON, the `Idempotency-Key`, and whom the address names. */
interface SentRequest {
  readonly action: OperatorAction;
  readonly id: string;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

type Parsed =
  | { readonly ok: true; readonly request: Omit<OperatorRequest, 'requestId'> & { readonly requestId: string | null } }
  /** One line for a person; it quotes nothing that was sent but the names of fields. */
  | { readonly ok: false; readonly error: string };

const refuse = (error: string): Parsed => ({ ok: false, error });

const explain = ({ issues: [issue] }: z.ZodError): string => {
  if (issue === undefined) return 'The body is not understood.';
  const where = issue.path.map(String).join('.');
  return where === '' ? `The body is not understood: ${issue.message}.` : `${where}: ${issue.message}.`;
};

/** Reads what was sent over the API. Pure. */
export const parseOperatorRequest = ({ action, id, body, idempotencyKey }: SentRequest): Parsed => {
  const key = requestIdSchema.optional().safeParse(idempotencyKey);
  if (!key.success) return refuse('Idempotency-Key: expected 1 to 128 printable characters without spaces.');
  const parsed = BODIES[action].safeParse(body);
  if (!parsed.success) return refuse(explain(parsed.error));
  const said: z.infer<(typeof BODIES)['hold']> & { readonly episode?: string | undefined } = parsed.data;
  if (said.for !== undefined && said.until !== undefined) return refuse('Give for or until, not both.');
  if (key.data !== undefined && said.request_id !== undefined && key.data !== said.request_id) {
    return refuse('Idempotency-Key and request_id differ: give one of them.');
  }
  const lasting = said.for === undefined ? null : { forMs: said.for };
  return {
    ok: true,
    request: {
      action,
      id,
      requestId: key.data ?? said.request_id ?? null,
      actor: said.actor,
      reason: said.reason ?? null,
      holdId: said.hold_id ?? null,
      expiry: said.until === undefined ? lasting : { until: said.until },
      episode: said.episode ?? null,
    },
  };
};
