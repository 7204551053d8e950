import type { RequestClient } from '@segment/actions-core';
import type { ActionOutcome } from '../../../src/destination-kit/multi-status.ts';
import type { HubspotCall } from '../call.ts';
import { type ContactWrites, writesOf } from '../contact-writes.ts';
import { findByUserId } from '../find-contacts.ts';
import type { HubspotSettings } from '../settings.ts';
import { statusIn, toReasonOf } from '../thrown.ts';
import { changeList } from './change-list.ts';

export interface Released {
  /** What may be written now. */
  readonly writes: ContactWrites;
  /** Payloads whose contact was on the list until now. */
  readonly left: ReadonlySet<number>;
}

/** No scope for lists, and no such list: what is not about lists goes on. */
const OF_LISTS_ALONE: ReadonlySet<number> = new Set([403, 404]);

/**
 * Takes contacts off the list of those who are not to be dunned before the properties are written by which workflows enrol:
 * whoever is on it as they change is not enrolled, nor by leaving it later. Who cannot be taken off is not written, and owed.
 * Rejects where HubSpot answers no look-up or change, and the call changed nothing yet: then it is in nobody's way.
 */
export const releaseContacts = async (
  request: RequestClient,
  settings: HubspotSettings,
  call: HubspotCall,
  writes: ContactWrites,
): Promise<Released> => {
  const { suppression_list: list = '' } = settings;
  const ids = await idsOf(call, settings, writes);
  if (typeof ids === 'string') {
    const outcome = { result: 'retry', at: null, reason: ids } as const;
    for (const { payload } of [...writes.known, ...writes.linked]) call.settle(payload, outcome);
    return { writes: { ...writes, known: [], linked: [] }, left: new Set() };
  }
  const leaving = { leaving: [...ids.values()] };
  const { failure, left, error } = await changeList(request, settings, list, leaving);
  if (error !== undefined && !call.hasChanged() && !OF_LISTS_ALONE.has(statusIn(error) ?? 0)) throw error;
  if (left.length > 0) call.changed();
  if (failure === null) {
    return { writes, left: new Set([...ids].filter(([, id]) => left.includes(id)).map(([payload]) => payload)) };
  }
  const reason = `the list was not changed: ${failure}; properties not told`;
  for (const payload of ids.keys()) call.settle(payload, { result: 'unknown', reason });
  return { writes: writesOf(writes, (payload) => !ids.has(payload)), left: new Set() };
};

/** HubSpot's ids by payload, of those whom it has; or why they are not known. */
const idsOf = async (
  call: HubspotCall,
  settings: HubspotSettings,
  { known, linked }: ContactWrites,
): Promise<ReadonlyMap<number, string> | string> => {
  const all = [...known, ...linked];
  try {
    const asked = all.flatMap(({ objectId, input }) => (objectId === undefined ? (input.id ?? []) : []));
    const held = await findByUserId(call, settings, asked);
    return new Map(
      all.flatMap(({ payload, objectId, input }) => {
        const id = objectId ?? held.get(input.id ?? '')?.id;
        return id === undefined ? [] : [[payload, id] as const];
      }),
    );
  } catch (error) {
    if (!call.hasChanged()) throw error;
    return toReasonOf(error);
  }
};

/**
 * Of somebody who left the list: should the properties not have been taken, and the contact be suppressed again before they are,
 * that must be told anew, for it puts the contact back. So what is held there is not known.
 */
export const leftInDoubt = (outcome: ActionOutcome): ActionOutcome => {
  if (outcome.result === 'retry') return { result: 'unknown', reason: outcome.reason };
  return outcome.result === 'rejected' ? { ...outcome, partly: true } : outcome;
};
