import type { ProfileRecord } from '../pipeline/ports.ts';
import type { CliDoors } from './doors.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { profileLines } from './profile-text.ts';
import { parseView } from './profile-view.ts';
import { clean, say, sayJson } from './terminal.ts';

/** The record as `--json` prints it: the view parsed, all else as stored (instants in UTC milliseconds). */
const toJson = (record: ProfileRecord) => ({ ...record, view: parseView(record.view) });

/** Prints what is known of each profile found. */
export const showProfiles = (records: readonly ProfileRecord[], json: boolean): void => {
  if (json) sayJson(records.map(toJson));
  else for (const record of records) for (const line of profileLines(record)) say(line);
};

/** `recoup profile <id>`: reads the store beside a running relay; changes nothing. */
export const runProfile = async (
  doors: CliDoors,
  id: string,
  options: { readonly json?: boolean },
): Promise<number> => {
  const store = await doors.openStore();
  try {
    const records = await store.findProfiles(id);
    if (records.length === 0) {
      throw new CommandFailure(
        `Nobody is known as ${clean(id)}. Expected a user id, a billing customer id such as cus_QxT5m2, or an anonymous id; a webhook of a few seconds ago may not be decided yet.`,
      );
    }
    showProfiles(records, options.json === true);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
