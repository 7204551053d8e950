import type { Intervention } from '../../domain/fact.ts';
import { expiryOf, holdIdOf } from './hold-terms.ts';
import type { OperatorRequest } from './intervention.ts';

const KINDS = {
  hold: 'hold_placed',
  exclude: 'hold_placed',
  resume: 'hold_lifted',
  mark_recovered: 'marked_recovered',
} as const;

/** Whether a request asks for what was said under its id before: a duration counts from when it was said first. */
export const isSameRequest = (said: Intervention, request: OperatorRequest): boolean => {
  if (said.kind !== KINDS[request.action]) return false;
  if (said.actor !== request.actor || said.reason !== request.reason) return false;
  if (said.kind === 'marked_recovered') return true;
  if (said.holdId !== holdIdOf(request)) return false;
  if (said.kind === 'hold_lifted') return true;
  return (
    said.cause === (request.action === 'hold' ? 'held' : 'opted_out') &&
    said.until === expiryOf(request, said.occurredAt)
  );
};
