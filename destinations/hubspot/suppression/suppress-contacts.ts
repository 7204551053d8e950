import type { RequestClient } from '@segment/actions-core';
import type { ActionOutcome } from '../../../src/destination-kit/multi-status.ts';
import type { SubjectPayload } from '../fields.ts';
import type { HubspotSettings } from '../settings.ts';
import { changeList } from './change-list.ts';
import { placeOf } from './members.ts';
import { unenrol } from './unenrol.ts';

interface Written {
  readonly payloads: readonly SubjectPayload[];
  readonly outcomes: readonly ActionOutcome[];
  /** HubSpot's id of what was written, by payload. */
  readonly ids: ReadonlyMap<number, string>;
}

/**
 * Lets HubSpot's own means of suppression follow the properties that a call wrote of those who are not to be dunned: they join
 * the list, and leave workflows, as far as policy names them.
 * @returns the outcomes, where a record is done only when these follow; else its properties have to be asserted again as well,
 * since they may be others by then.
 */
export const suppressContacts = async (
  request: RequestClient,
  settings: HubspotSettings,
  { payloads, outcomes, ids }: Written,
): Promise<readonly ActionOutcome[]> => {
  const { suppression_list: list = '', unenrol_workflows: workflows = '' } = settings;
  if (list === '' && workflows === '') return outcomes;
  const joining = payloads.flatMap((payload, index) => {
    const id = ids.get(index);
    return id === undefined || placeOf(payload) !== 'joins' ? [] : [{ index, id }];
  });
  const moves = { joining: joining.map(({ id }) => id) };
  const { failure: notListed } = list === '' ? UNLISTED : await changeList(request, settings, list, moves);
  const enrolled = await unenrol(request, settings, workflows.split(' ').filter(Boolean), moves.joining);
  const owed = new Map(
    joining.flatMap(({ index, id }) => {
      const still = enrolled.get(id);
      const why = [
        ...(notListed === null ? [] : [`the list was not changed: ${notListed}`]),
        ...(still === undefined ? [] : [`not taken out of its workflows: ${still}`]),
      ];
      return why.length === 0 ? [] : [[index, `${why.join('; ')}; properties told`] as const];
    }),
  );
  return outcomes.map((outcome, index) => {
    const reason = owed.get(index);
    return reason === undefined ? outcome : { result: 'unknown', reason };
  });
};

const UNLISTED = { failure: null };
