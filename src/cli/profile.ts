import type { Fact } from '../domain/fact.ts';
import { type Instant, instant } from '../domain/instant.ts';
import { foldHolds, foldPastHolds, type PastHold } from '../ledger/hold.ts';
import { byFoldOrder } from '../ledger/timeline.ts';
import { toHoldJson, toMarkJson, toPastHoldJson } from '../pipeline/interventions/to-intervention-json.ts';
import type { ProfileRecord, Store } from '../pipeline/ports.ts';
import type { CliDoors } from './doors.ts';
import { EXIT } from './failure.ts';
import { findKnown } from './find-known.ts';
import { type ProfilePage, profileLines, type Said } from './profile-text.ts';
import { parseView } from './profile-view.ts';
import { say, sayJson } from './terminal.ts';

/** The record as `--json` prints it: the view parsed, all else as stored (instants in UTC milliseconds). */
const toJson = ({ record, said }: ProfilePage) => ({
  ...record,
  view: parseView(record.view),
  holds: (said?.holds ?? []).map(toHoldJson),
  pastHolds: (said?.pastHolds ?? []).map(toPastHoldJson),
  marks: (said?.marks ?? []).map(toMarkJson),
});

/** Prints what is known of each profile found. */
export const showProfiles = (pages: readonly ProfilePage[], json: boolean): void => {
  if (json) sayJson(pages.map(toJson));
  else for (const page of pages) for (const line of profileLines(page)) say(line);
};

/** Enough to see what was decided about a customer lately; all of it is in the webhooks. */
const SHOWN_PAST_HOLDS = 5;

/** Who is held is held on each of their billing customers: that is one hold. */
const pastHoldsOf = (accounts: readonly (readonly Fact[])[], now: Instant): readonly PastHold[] => {
  const all = accounts.flatMap((facts) => foldPastHolds(facts, now));
  const once = new Map(all.map((hold) => [[hold.source, hold.holdId, hold.from, hold.to].join(' '), hold]));
  return [...once.values()].toSorted((a, b) => b.to - a.to).slice(0, SHOWN_PAST_HOLDS);
};

/** What people and other tools said of a profile; a webhook or a request that is not read yet is not among it. */
const saidOf = async (store: Store, { profileId }: ProfileRecord, now: Instant): Promise<Said> => {
  const history = await store.profileHistory(profileId, now);
  const accounts = (history?.accounts ?? []).map(({ facts }) => facts.toSorted(byFoldOrder));
  return {
    now,
    holds: accounts.flatMap(foldHolds).filter(({ to }) => to === null || to > now),
    pastHolds: pastHoldsOf(accounts, now),
    marks: accounts.flat().filter((fact) => fact.kind === 'marked_recovered'),
  };
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
    const pages = records.map(async (record) => ({ record, said: await saidOf(store, record, now) }));
    showProfiles(await Promise.all(pages), options.json === true);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
