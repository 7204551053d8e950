import { createHash } from 'node:crypto';
import type { DeliveryKeys, HoldLifted, HoldPlaced, InterventionSource } from '../domain/fact.ts';
import type { Mode } from '../domain/ids.ts';
import { DAY_MS, type Instant, instant, MINUTE_MS, plus } from '../domain/instant.ts';
import type { Admission, NormaliseContext, Provider, Reading } from '../providers/provider.ts';
import { isRecord, type Json } from '../providers/stripe/json.ts';
import { structureProblem } from '../providers/stripe/structure.ts';
import { NO_TAXONOMY } from './no-taxonomy.ts';

/**
 * How long a claim stands after its tool's last word. A lost end must not silence a customer for good, and one that lapses
 * too early lets two tools write to them, which is worse: so it outlasts the two months in which Stripe retries an invoice.
 */
export const CLAIM_MS = 60 * DAY_MS;

/** What one webhook of another recovery tool says of a customer. */
export interface Claim {
  /** `claimed`: from now on, or still, the tool writes to the customer; `released`: it no longer does. */
  readonly says: 'claimed' | 'released';
  /** The customer's id at the billing provider. */
  readonly customer: string;
  readonly mode: Mode;
  /** The tool's id of what it does about the customer. */
  readonly campaign: string;
  /** When the campaign began or ended, as far as this tells of that, by the tool's clock; null where it does not say. */
  readonly at: Instant | null;
}

/** What a genuine body of a tool comes to. `type` is the tool's own name of the event. */
export type ClaimReading =
  | { readonly end: 'claim'; readonly type: string; readonly claim: Claim }
  | { readonly end: 'ignored'; readonly type: string; readonly customer: string | null; readonly reason: string }
  /** `error`: what is missing or wrong, without a value of the body. */
  | { readonly end: 'invalid'; readonly type: string | null; readonly error: string };

interface ClaimTool extends Pick<Provider, 'name' | 'version' | 'verify'> {
  readonly source: Exclude<InterventionSource, 'operator'>;
  /** As people know it. */
  readonly title: string;
  readonly read: (body: Json) => ClaimReading;
}

/** The event types of a tool that has claims, and what each comes to. */
export type ClaimTypes = Readonly<Record<string, Claim['says'] | { readonly ignored: string }>>;

/** Another recovery tool as a reader of its webhooks: its campaigns become holds, and the payments that it tells of nothing. */
export const makeClaimReader = (tool: ClaimTool): Provider => ({
  name: tool.name,
  version: tool.version,
  taxonomy: NO_TAXONOMY,
  verify: tool.verify,
  admit: (rawBody, receivedAt) => admit(tool, rawBody, receivedAt),
  normalise: (rawBody, context) => normalise(tool, rawBody, context),
});

interface Received {
  readonly rawBody: string;
  readonly receivedAt: Instant;
}

const parse = (tool: ClaimTool, rawBody: string): ClaimReading => {
  const body = parseJson(rawBody);
  const invalid = (error: string): ClaimReading => ({ end: 'invalid', type: null, error });
  if (!isRecord(body)) return invalid('it is not a JSON object');
  const problem = structureProblem(body);
  return problem === null ? tool.read(body) : invalid(problem);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A hash of the body: the tools give their events no ids, and send the same bytes again. */
const bodyIdOf = ({ source }: ClaimTool, rawBody: string): string =>
  `${source}:${createHash('sha256').update(rawBody).digest('hex')}`;

/**
 * What tells its own instant is the same whenever it comes. Else equal bytes may be said anew, as a renewal or another pause
 * of the same campaign, so that only those of one minute of receipt count as one that was sent again.
 */
const eventIdOf = (tool: ClaimTool, { at }: Claim, { rawBody, receivedAt }: Received): string => {
  const id = bodyIdOf(tool, rawBody);
  return at === null ? `${id}:${Math.floor(receivedAt / MINUTE_MS)}` : id;
};

/**
 * A start by its own date, as far as that is not ahead of ours: one that comes late must not undo the end. Everything else
 * by its receipt: only a start is told with its instant every time, and an end must not fold before a step that came first.
 */
const happenedAt = ({ says, at }: Claim, receivedAt: Instant): Instant =>
  at === null || says === 'released' ? receivedAt : instant(Math.min(at, receivedAt));

const admit = (tool: ClaimTool, rawBody: string, receivedAt: Instant): Admission => {
  const reading = parse(tool, rawBody);
  const keys: DeliveryKeys = {
    // Of the billing provider: a claim is about its customer. Nothing in it names a connected account.
    provider: 'stripe',
    merchant: '',
    mode: 'live',
    customer: null,
    objects: [],
    eventId: bodyIdOf(tool, rawBody),
    eventType: `${tool.source}.${reading.type ?? 'unknown'}`,
    occurredAt: receivedAt,
  };
  switch (reading.end) {
    case 'claim': {
      const { customer, mode } = reading.claim;
      const eventId = eventIdOf(tool, reading.claim, { rawBody, receivedAt });
      const occurredAt = happenedAt(reading.claim, receivedAt);
      return { end: 'unread', keys: { ...keys, eventId, customer, mode, occurredAt } };
    }
    case 'ignored':
      return { end: 'ignored', keys: { ...keys, customer: reading.customer }, reason: reading.reason };
    case 'invalid':
      return { end: 'dead_letter', keys, error: explain(tool, reading.error) };
  }
};

const explain = ({ title }: ClaimTool, error: string): string =>
  `A webhook of ${title} was not understood: ${error}. No hold follows from it; see docs/other-recovery-tools.md.`;

const normalise = (tool: ClaimTool, rawBody: string, { receivedAt }: NormaliseContext): Reading => {
  const reading = parse(tool, rawBody);
  switch (reading.end) {
    case 'claim':
      return { end: 'understood', facts: [toFact(tool, reading.claim, { rawBody, receivedAt })], references: [] };
    case 'ignored':
      return { end: 'ignored', reason: reading.reason };
    case 'invalid':
      return { end: 'dead_letter', error: explain(tool, reading.error) };
  }
};

const toFact = (tool: ClaimTool, claim: Claim, received: Received): HoldPlaced | HoldLifted => {
  const { receivedAt } = received;
  const occurredAt = happenedAt(claim, receivedAt);
  const base = {
    id: eventIdOf(tool, claim, received),
    occurredAt,
    receivedAt,
    source: tool.source,
    actor: null,
    reason: null,
    holdId: claim.campaign,
  };
  return claim.says === 'released'
    ? { ...base, kind: 'hold_lifted' }
    : { ...base, kind: 'hold_placed', cause: 'owned_elsewhere', until: plus(occurredAt, CLAIM_MS) };
};
