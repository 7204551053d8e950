import { type Instant, instant } from '../domain/instant.ts';
import { foldHolds, type Hold } from '../ledger/hold.ts';
import { byFoldOrder } from '../ledger/timeline.ts';
import { toHoldJson } from '../pipeline/interventions/to-intervention-json.ts';
import type { ProfileRecord, Store } from '../pipeline/ports.ts';
import type { CliDoors } from './doors.ts';
import { EXIT } from './failure.ts';
import { findKnown } from './find-known.ts';
import { type ProfilePage, profileLines } from './profile-text.ts';
import { parseView } from './profile-view.ts';
import { say, sayJson } from './terminal.ts';

/** The record as `--json` prints it: the view parsed, all else as stored (instants in UTC milliseconds). */
const toJson = ({ record, held }: ProfilePage) => ({
  ...record,
  view: parseView(record.view),
  holds: (held?.holds ?? []).map(toHoldJson),
});

/** Prints what is known of each profile found. */
export const showProfiles = (pages: readonly ProfilePage[], json: boolean): void => {
  if (json) sayJson(pages.map(toJson));
  else for (const page of pages) for (const line of profileLines(page)) say(line);
};

/** What holds back a profile's accounts at `now`, or will; a webhook or a request that is not read yet is not among it. */
const holdsOf = async (store: Store, { profileId }: ProfileRecord, now: Instant): Promise<readonly Hold[]> => {
  const history = await store.profileHistory(profileId, now);
  const holds = (history?.accounts ?? []).flatMap(({ facts }) => foldHolds(facts.toSorted(byFoldOrder)));
  return holds.filter(({ to }) => to === null || to > now);
};

/** `recoup profile <id>`: reads the store beside a running relay; changes nothing. */
export const runProfile = async (
  doors: CliDoors,
  id: string,
  options: { readonly json?: boolean },
): Promise<number> => {
  const store = await doors.openStore();
  try {
    const now = instant(Date.now());
    const records = await findKnown(store, id);
    const pages = records.map(async (record) => ({
      record,
      held: { holds: await holdsOf(store, record, now), now },
    }));
    showProfiles(await Promise.all(pages), options.json === true);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
