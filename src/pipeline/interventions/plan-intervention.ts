import type { Fact } from '../../domain/fact.ts';
import { type Instant, instant, MINUTE_MS } from '../../domain/instant.ts';
import type { OperatorBody } from '../../interventions/operator/operator-body.ts';
import type { Hold } from '../../ledger/hold.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { ALL_HOLDS, expiryOf, holdIdOf, isNamed, MOST_HOLD_MS } from './hold-terms.ts';
import type { NotIntervened, OperatorRequest } from './intervention.ts';

/** A billing customer that a request is about, with all that was received of it. */
export interface Subject {
  readonly ledger: Ledger;
  readonly facts: readonly Fact[];
}

/** What is to be stored for one billing customer. */
export interface Planned {
  readonly body: OperatorBody;
  readonly subject: Subject;
}

/** Whether a plan is none. */
export const isRefusal = (plan: readonly Planned[] | NotIntervened): plan is NotIntervened => 'ok' in plan;

const refuse = (code: NotIntervened['code'], message: string): NotIntervened => ({ ok: false, code, message });

/** A clock of another machine may be ahead of this one by so much, in ms: what is said now is still said later. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/** Not before these, as far as they are not far ahead. */
const notBefore = (now: Instant, others: readonly number[]): Instant =>
  instant(Math.max(now, ...others.filter((at) => at <= now + CLOCK_TOLERANCE_MS)));

/** After all that was said of the same hold, so that its beginning and its end in one millisecond have an order. */
const saidAt = ({ facts }: Subject, holdId: string | null, now: Instant): Instant => {
  const said = facts.filter((fact) => fact.kind === 'hold_placed' || fact.kind === 'hold_lifted');
  const same = said.filter((fact) => holdId === null || fact.holdId === null || fact.holdId === holdId);
  return notBefore(
    now,
    same.map(({ occurredAt }) => occurredAt + 1),
  );
};

const common = ({ requestId, actor, reason }: OperatorRequest, at: Instant) =>
  ({ version: 1, request_id: requestId, at, actor, reason }) as const;

const placeHold = (request: OperatorRequest, subjects: readonly Subject[], now: Instant) => {
  const { action } = request;
  if (action !== 'hold' && action !== 'exclude') return [];
  const until = expiryOf(request, now);
  if (until !== null && until <= now) return refuse('invalid', 'The expiry is past: give one that lies ahead.');
  if (action === 'hold' && until !== null && until - now > MOST_HOLD_MS) {
    return refuse('invalid', 'A hold lasts 366 days at most. Exclude the customer instead.');
  }
  return subjects.map((subject): Planned => {
    const hold_id = holdIdOf(request) ?? action;
    const at = saidAt(subject, hold_id, now);
    return { subject, body: { ...common(request, at), action, hold_id, until: expiryOf(request, at) } };
  });
};

/** Which stand, or will: what a clock ahead of this one placed has not begun. */
const standing = ({ ledger }: Subject, now: Instant): readonly Hold[] =>
  ledger.holds.filter(({ to }) => to === null || to > now);

const othersText = (holds: readonly Hold[]): string => {
  const tool = holds.find(({ source }) => source !== 'operator');
  const own = holds.find(({ source }) => source === 'operator');
  if (own !== undefined) {
    const what = own.cause === 'opted_out' ? 'excluded' : 'held';
    return ` The customer is ${what} under the name ${own.holdId}: give that name, or ${ALL_HOLDS}.`;
  }
  return tool === undefined
    ? ''
    : ` What ${tool.source} holds back ends when that tool says so, or lapses; or give its name, ${tool.holdId}.`;
};

const lift = (request: OperatorRequest, subjects: readonly Subject[], now: Instant) => {
  const wanted = holdIdOf(request);
  const held = subjects.filter((subject) => standing(subject, now).some((hold) => isNamed(hold, wanted)));
  if (held.length === 0) {
    const others = subjects.flatMap((subject) => standing(subject, now));
    return refuse('conflict', `There is nothing to resume: no such hold stands.${othersText(others)}`);
  }
  return held.map(
    (subject): Planned => ({
      subject,
      body: { ...common(request, saidAt(subject, wanted, now)), action: 'resume', hold_id: wanted },
    }),
  );
};

const markRecovered = (request: OperatorRequest, subjects: readonly Subject[], now: Instant) => {
  const { episode: only } = request;
  const planned = subjects.flatMap((subject): Planned[] => {
    const episodes = subject.ledger.episodes.filter(({ id, outcome }) => outcome === 'open' && (only ?? id) === id);
    const invoices = episodes.flatMap((episode) => episode.invoices.filter(({ open }) => open).map(({ id }) => id));
    if (invoices.length === 0) return [];
    const at = notBefore(
      now,
      episodes.map(({ openedAt }) => openedAt),
    );
    return [{ subject, body: { ...common(request, at), action: 'mark_recovered', invoices } }];
  });
  if (planned.length > 0) return planned;
  const which = only === null ? 'No dunning episode is open' : 'This dunning episode is not open';
  return refuse('conflict', `${which}: there is nothing to mark. A failure of a few seconds ago may still settle.`);
};

/** What a request comes to for each account that it is about; or why it is refused. Pure. */
export const planIntervention = (
  request: OperatorRequest,
  subjects: readonly Subject[],
  now: Instant,
): readonly Planned[] | NotIntervened => {
  switch (request.action) {
    case 'hold':
    case 'exclude':
      return placeHold(request, subjects, now);
    case 'resume':
      return lift(request, subjects, now);
    case 'mark_recovered':
      return markRecovered(request, subjects, now);
  }
};
