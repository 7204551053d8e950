import type { RequestClient } from '@segment/actions-core';
import { z } from 'zod';
import { RUN_SET_UP } from '../../../src/destination-kit/run-set-up.ts';
import { CONTACT_TYPE, type HubspotSettings, toListsUrl } from '../settings.ts';
import { statusIn, toReasonOf } from '../thrown.ts';
import type { Moves } from './members.ts';

const found = z.looseObject({ list: z.looseObject({ listId: z.string() }) });
const changed = z.looseObject({ recordIdsRemoved: z.array(z.string()), recordsIdsAdded: z.array(z.string()) });

/** What became of a change. */
export interface ListChange {
  /** Why it is not known that the list is right; null: it is. */
  readonly failure: string | null;
  /** Who was on it and is no longer, by HubSpot's id. */
  readonly left: readonly string[];
  /** What was thrown, if anything. */
  readonly error?: unknown;
}

/**
 * Puts contacts on the list of those who are not to be dunned and takes others off it. Whoever is there already, or is not
 * there any more, is no error. The list is found by its name each time: a person may have made it anew.
 */
export const changeList = async (
  request: RequestClient,
  settings: HubspotSettings,
  name: string,
  { joining = [], leaving = [] }: Moves,
): Promise<ListChange> => {
  if (joining.length === 0 && leaving.length === 0) return { failure: null, left: [] };
  try {
    const path = `object-type-id/${CONTACT_TYPE}/name/${encodeURIComponent(name)}`;
    const { data } = await request(toListsUrl(settings, path), { method: 'get' });
    const listId = found.safeParse(data).data?.list.listId;
    if (listId === undefined) return failed('the answer is not a list of HubSpot');
    const url = toListsUrl(settings, `${encodeURIComponent(listId)}/memberships/add-and-remove`);
    const json = { recordIdsToAdd: joining, recordIdsToRemove: leaving };
    const answer = await request(url, { method: 'put', json });
    const { data: said } = changed.safeParse(answer.data);
    return said === undefined
      ? failed('HubSpot did not say that it changed the list')
      : { failure: null, left: said.recordIdsRemoved };
  } catch (error) {
    const reason = toReasonOf(error);
    return {
      ...failed(statusIn(error) === 404 ? `HubSpot has no such list (${reason}); ${RUN_SET_UP}` : reason),
      error,
    };
  }
};

const failed = (failure: string): ListChange => ({ failure, left: [] });
