import { describeCondition } from '../audience-kit/describe-condition.ts';
import { nearest } from '../config/nearest.ts';
import { type Instant, instant, toIso } from '../domain/instant.ts';
import { type Explanation, explain } from '../pipeline/explain/explain.ts';
import { toHoldJson } from '../pipeline/interventions/to-intervention-json.ts';
import type { ProfileRecord, Store } from '../pipeline/ports.ts';
import type { Ruleset } from '../pipeline/rules.ts';
import { accountNames } from './account-names.ts';
import type { CliDoors } from './doors.ts';
import { type ExplainPage, explainLines, firstKnownText, isBraked } from './explain-text.ts';
import { CommandFailure, EXIT } from './failure.ts';
import { findKnown } from './find-known.ts';
import { clean, say, sayJson } from './terminal.ts';

export interface ExplainOptions {
  readonly audience?: string;
  readonly at?: Instant;
  readonly hindsight?: boolean;
  readonly json?: boolean;
}

interface Asked {
  readonly rules: Ruleset;
  readonly at: Instant;
  readonly now: Instant;
  readonly hindsight: boolean;
}

const refuseUnknownAudience = (given: string, { audiences, at, ruleset }: Explanation): void => {
  const keys = audiences.map(({ audience }) => audience.key);
  if (keys.includes(given)) return;
  const near = nearest(given, keys);
  const hint = near === null ? `Known: ${keys.join(', ') || 'none'}.` : `Did you mean ${near}?`;
  const when = ruleset.is === 'then' ? ` among the audiences of ${toIso(at)}` : '';
  throw new CommandFailure(`There is no audience ${clean(given)}${when}. ${hint}`);
};

const explainOne = async (store: Store, record: ProfileRecord, asked: Asked): Promise<Explanation> => {
  const who = clean(record.userId ?? accountNames(record)[0] ?? 'this profile');
  const history = await store.profileHistory(record.profileId, asked.at);
  if (history === undefined) throw new CommandFailure(`${who} is gone from the store.`);
  const explained = explain({ ...asked, history });
  if ('view' in explained) return explained;
  const { firstKnownAt } = explained;
  const happened =
    !asked.hindsight && history.accounts.some(({ facts }) => facts.some(({ occurredAt }) => occurredAt <= asked.at));
  const hint = happened ? ' Something had happened by then and was heard of later: add --hindsight.' : '';
  throw new CommandFailure(
    firstKnownAt === null
      ? `Nothing is known of ${who} yet; a webhook of a few seconds ago may not be read yet.`
      : `Nothing was known of ${who} by ${toIso(asked.at)}: the first fact is of ${firstKnownText(firstKnownAt, asked.now)}.${hint}`,
  );
};

const toJson = (page: ExplainPage) => {
  const { record, explanation } = page;
  const { view, ahead, audiences, at, hindsight, ruleset } = explanation;
  return {
    userId: record.userId,
    accounts: record.accounts,
    at: toIso(at),
    hindsight,
    ruleset,
    traits: view.traits,
    /** The brakes hold the entry back, whatever the traits say. */
    heldByBrake: isBraked(page),
    holds: view.accounts
      .flatMap(({ ledger }) => ledger.holds)
      .filter(({ to }) => to === null || to > at)
      .map(toHoldJson),
    episodes: view.episodes,
    ahead: ahead.map((change) => ({ ...change, at: toIso(change.at) })),
    audiences: audiences.map(({ audience, tree, until }) => ({
      key: audience.key,
      member: tree.holds,
      until: until === null ? null : toIso(until),
      sentence: describeCondition(audience.when),
      tree: datedTree(tree),
    })),
  };
};

type Tree = Explanation['audiences'][number]['tree'];
/** The tree with instants as ISO 8601, as in the rest of the document. */
interface DatedTree extends Omit<Tree, 'until' | 'children'> {
  readonly until: string | null;
  readonly children: readonly DatedTree[];
}

const datedTree = ({ sentence, holds, seen, until, children }: Tree): DatedTree => ({
  sentence,
  holds,
  seen,
  until: until === null ? null : toIso(instant(until)),
  children: children.map(datedTree),
});

/** `recoup explain <user>`: how the person stands or stood and why; reads the store and changes nothing. */
export const runExplain = async (doors: CliDoors, id: string, options: ExplainOptions): Promise<number> => {
  const { audience = null, json = false, hindsight = false } = options;
  const rules = await doors.loadRules();
  const store = await doors.openStore();
  try {
    const records = await findKnown(store, id);
    const now = instant(Date.now());
    const asked = { rules, now, at: options.at ?? now, hindsight };
    const pages: ExplainPage[] = [];
    for (const record of records)
      pages.push({ record, explanation: await explainOne(store, record, asked), audience, now });
    if (audience !== null) for (const { explanation } of pages) refuseUnknownAudience(audience, explanation);
    if (json) sayJson(pages.map((page) => onlyAsked(toJson(page), audience)));
    else for (const page of pages) for (const line of explainLines(page)) say(line);
    return EXIT.done;
  } finally {
    await store.close();
  }
};

const onlyAsked = (document: ReturnType<typeof toJson>, audience: string | null) => ({
  ...document,
  audiences: document.audiences.filter(({ key }) => audience === null || key === audience),
});
