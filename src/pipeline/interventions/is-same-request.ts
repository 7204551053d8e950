import type { HoldPlaced, Intervention, MarkedRecovered } from '../../domain/fact.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { expiryOf, holdIdOf } from './hold-terms.ts';
import type { OperatorRequest } from './intervention.ts';

const KINDS = {
  hold: 'hold_placed',
  exclude: 'hold_placed',
  resume: 'hold_lifted',
  mark_recovered: 'marked_recovered',
} as const;

/** A duration counts from when it was said first. */
const isSameHold = (said: HoldPlaced, request: OperatorRequest): boolean =>
  said.holdId === holdIdOf(request) &&
  said.cause === (request.action === 'hold' ? 'held' : 'opted_out') &&
  said.until === expiryOf(request, said.occurredAt);

/**
 * Of one episode: everything that was marked is of it. Of whatever is owed: no episode that was open then was left out; one
 * that was not heard of yet could not be marked.
 */
const isSameMark = (said: MarkedRecovered, { episode }: OperatorRequest, { episodes }: Ledger): boolean => {
  const marked = new Set(said.invoices);
  if (episode !== null) {
    const own = episodes.find(({ id }) => id === episode)?.invoices.map(({ id }) => id) ?? [];
    return marked.size > 0 && marked.isSubsetOf(new Set(own));
  }
  return !episodes.some(
    ({ outcome, openedAt, openedHeardAt, invoices }) =>
      outcome === 'open' &&
      openedAt <= said.occurredAt &&
      openedHeardAt <= said.receivedAt &&
      !invoices.some(({ id }) => marked.has(id)),
  );
};

/** Whether a request asks of an account for what was said of it under the same id before. `ledger`: how it stands now. */
export const isSameRequest = (said: Intervention, request: OperatorRequest, ledger: Ledger): boolean => {
  if (said.kind !== KINDS[request.action]) return false;
  if (said.actor !== request.actor || said.reason !== request.reason) return false;
  switch (said.kind) {
    case 'hold_placed':
      return isSameHold(said, request);
    case 'hold_lifted':
      return said.holdId === holdIdOf(request);
    case 'marked_recovered':
      return isSameMark(said, request, ledger);
  }
};
