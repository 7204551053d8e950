import type { ProfileRecord } from '../pipeline/ports.ts';
import type { CliDoors } from './doors.ts';
import { EXIT } from './failure.ts';
import { findKnown } from './find-known.ts';
import { profileLines } from './profile-text.ts';
import { parseView } from './profile-view.ts';
import { say, sayJson } from './terminal.ts';

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
    showProfiles(await findKnown(store, id), options.json === true);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
