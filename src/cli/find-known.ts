import type { ProfileRecord, Store } from '../pipeline/ports.ts';
import { CommandFailure } from './failure.ts';
import { clean } from './terminal.ts';

/** The profiles that an id names; refuses one that names nobody. */
export const findKnown = async (store: Store, id: string): Promise<readonly ProfileRecord[]> => {
  const records = await store.findProfiles(id);
  if (records.length > 0) return records;
  throw new CommandFailure(
    `Nobody is known as ${clean(id)}. Expected a user id, a billing customer id such as cus_QxT5m2, or an anonymous id; a webhook of a few seconds ago may not be decided yet.`,
  );
};
