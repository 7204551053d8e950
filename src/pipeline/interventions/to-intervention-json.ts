import type { MarkedRecovered } from '../../domain/fact.ts';
import { toIso } from '../../domain/instant.ts';
import type { Hold, PastHold } from '../../ledger/hold.ts';
import type { Intervened, IntervenedPerson } from './intervention.ts';

/** A hold for a program: names and words of people in it are for people only. */
export const toHoldJson = ({ source, holdId, cause, actor, reason, from, to }: Hold) => ({
  source,
  hold_id: holdId,
  cause,
  actor,
  reason,
  from: toIso(from),
  /** Null: until it is lifted. */
  until: to === null ? null : toIso(to),
});

/** A hold that is over, with what ended it. */
export const toPastHoldJson = ({ endedBy, ...hold }: PastHold) => ({
  ...toHoldJson(hold),
  /** Null: it lapsed. */
  ended_by:
    endedBy === null
      ? null
      : {
          how: endedBy.kind === 'hold_lifted' ? 'lifted' : 'replaced',
          source: endedBy.source,
          actor: endedBy.actor,
          reason: endedBy.reason,
        },
});

/** A mark as recovered for a program; the same holds of its words. */
export const toMarkJson = ({ source, actor, reason, occurredAt, invoices }: MarkedRecovered) => ({
  source,
  actor,
  reason,
  at: toIso(occurredAt),
  /** Null: whatever was owed. */
  invoices: invoices ?? null,
});

const toPersonJson = ({ userId, accounts, ...stands }: IntervenedPerson) => ({
  user_id: userId,
  ...stands,
  accounts: accounts.map(({ customer, holds, invoices }) => ({ ...customer, holds: holds.map(toHoldJson), invoices })),
});

/** What was stored, as the API and `--json` say it: instants in ISO 8601, UTC. */
export const toInterventionJson = ({ action, requestId, at, repeated, people }: Intervened) => ({
  action,
  request_id: requestId,
  at: toIso(at),
  repeated,
  people: people.map(toPersonJson),
});
