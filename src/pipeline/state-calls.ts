import { USER_TRAITS } from '../generated/tracking-plan.ts';
import { clearingCall, type DiffInput, groupCall, identifyCall } from './calls.ts';
import type { AccountView, View } from './decide.ts';
import type { Commit, SegmentCall, Told, TraitValues } from './ports.ts';
import { type LastTold, type MembershipCalls, membershipCalls, toLink } from './transitions.ts';

/** Traits that alone are worth an identify. */
const ON_CHANGE = Object.entries(USER_TRAITS).flatMap(([key, publish]) => (publish === 'on_change' ? [key] : []));

const differs = (before: TraitValues | null, after: TraitValues, keys: readonly string[]): boolean =>
  before === null || keys.some((key) => before[key] !== after[key]);

/** What the channel of now was last told; the recorder's word is news to Segment only where it matters (G9). */
const lastTold = ({ claim, channel, view }: DiffInput): LastTold => {
  const { commitments: before } = claim;
  if (channel === 'recorder' || before.channel !== 'recorder') return { ...before, afresh: false, recorded: [] };
  if (before.segment !== null) return { ...before.segment, afresh: false, recorded: before.audiences };
  return { ...before, afresh: view.traits.in_dunning, recorded: [] };
};

/** What Segment was last told, to be kept while a recorder takes the calls. */
const keptForSegment = ({ claim, channel }: DiffInput): Told | null => {
  const { traits, accounts, userId, audiences, untold, channel: before, segment } = claim.commitments;
  if (channel === 'segment') return null;
  return before === 'segment' ? { traits, accounts, userId, audiences, untold } : segment;
};

/** One customer id may be two accounts, of two merchants: each is told of for itself (semantics A5). */
const toldAs = ({ customer: { merchant, customer } }: AccountView): string =>
  merchant === '' ? customer : `${merchant}/${customer}`;

/** One of the traits of an account is not what the person was last told. */
const isChanged = ({ accounts }: Told, account: AccountView): boolean =>
  differs(accounts[toldAs(account)] ?? null, account.traits, Object.keys(account.traits));

/** Of the accounts that the person has now: one that comes back is told anew. */
const accountsTold = ({ accounts }: Told, view: View, changed: readonly AccountView[]): Told['accounts'] =>
  Object.fromEntries(
    view.accounts.flatMap((account) => {
      const key = toldAs(account);
      const told = changed.includes(account) ? account.traits : accounts[key];
      return told === undefined ? [] : [[key, told]];
    }),
  );

const NO_MEMBERSHIPS: MembershipCalls = { former: [], present: [], log: [] };

/** What to tell of the person and the account, and what is told by it. */
export interface StateCalls {
  readonly calls: readonly SegmentCall[];
  readonly told: Omit<Commit['commitments'], 'tools'>;
  readonly log: readonly string[];
}

/** What to tell of the person and the account: only of people who ever failed, only what changed (semantics E9, F1). */
export const stateCalls = (input: DiffInput): StateCalls => {
  const { view, channel } = input;
  const before = lastTold(input);
  const absorbed = toLink(input);
  const known = view.known || before.traits !== null || absorbed.length > 0;
  const moved = before.traits !== null && before.userId !== view.userId;
  const news = before.afresh || before.userId !== view.userId;
  const links = [
    ...(moved && before.userId === null && view.anonymousId !== null ? [view.anonymousId] : []),
    ...absorbed.map(({ anonymousId }) => anonymousId),
  ];
  const identify = known && (news || links.length > 0 || differs(before.traits, view.traits, ON_CHANGE));
  const changed = known ? view.accounts.filter((account) => news || isChanged(before, account)) : [];
  const memberships = known ? membershipCalls(input, before) : NO_MEMBERSHIPS;
  const calls = [
    ...(moved && before.userId !== null ? [clearingCall(input, before.userId)] : []),
    ...(identify ? (links.length === 0 ? [null] : links).map((link) => identifyCall(input, link)) : []),
    ...changed.map((account) => groupCall(input, account)),
  ];
  return {
    calls: [...memberships.former, ...calls, ...memberships.present],
    told: {
      episodes: view.episodes.map(({ id }) => id),
      traits: identify ? view.traits : before.traits,
      accounts: accountsTold(before, view, changed),
      absorbed: input.claim.commitments.absorbed.filter((each) => !absorbed.includes(each)),
      userId: identify ? view.userId : before.userId,
      audiences: known ? view.audiences : before.audiences,
      untold: known ? [] : before.untold,
      channel,
      segment: keptForSegment(input),
    },
    log: [
      ...calls.map((call) => `said ${call.type} ${call.messageId} (${view.traits.dunning_stage})`),
      ...memberships.log,
    ],
  };
};
