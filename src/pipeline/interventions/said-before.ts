import type { Intervention } from '../../domain/fact.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import { operatorFactId } from '../../interventions/operator/operator.ts';
import { holdIdOf, isNamed } from './hold-terms.ts';
import type { OperatorRequest } from './intervention.ts';
import { isSameRequest } from './is-same-request.ts';
import type { Subject } from './plan-intervention.ts';

/**
 * `new`: nothing was said under the request's id; `other`: something else was; `same`: this, of all accounts but `rest`, and
 * last at `at`.
 */
type SaidBefore =
  | { readonly was: 'new' | 'other' }
  | { readonly was: 'same'; readonly at: Instant; readonly rest: readonly Subject[] };

const saidOf = ({ facts }: Subject, { requestId }: OperatorRequest): Intervention | null => {
  const id = operatorFactId(requestId);
  const said = facts.find((fact) => fact.id === id);
  return said !== undefined && 'source' in said ? said : null;
};

interface Then {
  /** By the clock of whoever said it. */
  readonly saidAt: Instant;
  /** Nothing that came in later was known. */
  readonly heardAt: Instant;
}

/** Whether the request, said then, would have been about this account, too: what came up since is not meant by it. */
const wasMeant = ({ ledger, facts }: Subject, request: OperatorRequest, { saidAt, heardAt }: Then): boolean => {
  switch (request.action) {
    case 'hold':
    case 'exclude':
      return facts.some(({ receivedAt }) => receivedAt <= heardAt);
    case 'resume': {
      const name = holdIdOf(request);
      return ledger.holds.some(
        (hold) => isNamed(hold, name) && hold.from <= saidAt && (hold.to === null || hold.to > ledger.now),
      );
    }
    case 'mark_recovered':
      return ledger.episodes.some(
        ({ id, outcome, openedAt, openedHeardAt }) =>
          outcome === 'open' && (request.episode ?? id) === id && openedAt <= saidAt && openedHeardAt <= heardAt,
      );
  }
};

/** What became of the request before: an id is one of an account, and may come again for more accounts than at first. */
export const saidBefore = (subjects: readonly Subject[], request: OperatorRequest): SaidBefore => {
  const told = subjects.flatMap((subject) => {
    const said = saidOf(subject, request);
    return said === null ? [] : [{ subject, said }];
  });
  if (told.length === 0) return { was: 'new' };
  if (!told.every(({ said, subject }) => isSameRequest(said, request, subject.ledger))) return { was: 'other' };
  const saidAt = told.map(({ said }) => said.occurredAt);
  const heardAt = told.map(({ said }) => said.receivedAt);
  const then = { saidAt: instant(Math.min(...saidAt)), heardAt: instant(Math.min(...heardAt)) };
  const rest = subjects.filter((subject) => saidOf(subject, request) === null && wasMeant(subject, request, then));
  return { was: 'same', at: instant(Math.max(...saidAt)), rest };
};
