import type { Attributes } from '../../../destination-kit/record.ts';
import { edgeId } from '../../calls.ts';
import type { ToolTold } from '../../commitments.ts';
import type { AccountView } from '../../decide.ts';
import type { ActiveTool, NewToolEdge, ToolChange } from '../tool-ports.ts';
import {
  changeOf,
  isOf,
  ownedAccounts,
  type SubjectInput,
  type Subjects,
  subjectName,
  type Told,
  together,
  type Wants,
} from './subject.ts';

const ALERTS = { entry: 'alert_opened', exit: 'alert_resolved' } as const;

const toChange = (
  input: SubjectInput,
  active: ActiveTool,
  account: AccountView,
  { role, episodeId, properties }: { role: 'entry' | 'exit'; episodeId: string; properties: Attributes },
): ToolChange => {
  const name = ALERTS[role];
  const event = { id: edgeId(input, active.tool, name, episodeId), name, at: input.now, properties };
  const edge: NewToolEdge = { role, episodeId, event };
  return { ...changeOf(active, account, episodeId), desired: {}, edges: [edge], urgent: role === 'exit' };
};

const whoIs = ({ view }: SubjectInput, { customer, state }: AccountView, episodeId: string): Attributes => ({
  user_id: view.userId,
  account_id: customer.customer,
  plan_id: state.plan_id,
  dunning_episode_id: episodeId,
});

const opened = (input: SubjectInput, active: ActiveTool, account: AccountView, episodeId: string): ToolChange => {
  const { state } = account;
  const properties = {
    ...whoIs(input, account, episodeId),
    amount_due: state.dunning_amount_due,
    currency: state.dunning_currency,
    arr: state.arr,
    arr_currency: state.mrr_currency,
    failure_class: state.dunning_failure_class,
    attempt_number: state.dunning_attempt_number,
    next_retry_date: state.next_retry_date,
    update_payment_url: state.update_payment_url,
  };
  return toChange(input, active, account, { role: 'entry', episodeId, properties });
};

/** How the episode stands or ended; one that a late arrival gave another beginning was superseded. */
const outcomeOf = ({ ledger }: AccountView, episodeId: string): string =>
  ledger.episodes.find(({ id }) => id === episodeId)?.outcome ?? 'superseded';

/** How it ended, with the money that came in where it recovered. */
const endOf = (account: AccountView, episodeId: string): Attributes => {
  const recoveries = account.events.flatMap((each) => (each.event === 'payment_recovered' ? [each.properties()] : []));
  const paid = recoveries.find(({ dunning_episode_id: id }) => id === episodeId);
  const money = paid === undefined ? {} : { amount: paid.amount, currency: paid.currency };
  return { outcome: outcomeOf(account, episodeId), ...money };
};

/** The recorder said it in the tool's place, or it is no news: old rules, history (semantics G9, E5). */
const isSilent = ({ claim, baseline }: SubjectInput, { tool, channel }: ActiveTool, episodeId: string): boolean =>
  (baseline?.episodes.includes(episodeId) ?? false) ||
  (channel === 'live' && Object.hasOwn(claim.commitments.tools, `${tool}/recorder#${episodeId}`));

/** A new alert for the account's lead episode; null when none is due or it was given. */
const toOpen = (input: SubjectInput, active: ActiveTool, account: AccountView, told: Told): Wants | null => {
  const { state, customer } = account;
  const episodeId = state.dunning_episode_id;
  if (episodeId === null || !state.in_dunning || !state.high_value_plan) return null;
  const name = subjectName(active, episodeId);
  if (told[name] !== undefined) return null;
  const given: ToolTold = { userId: episodeId, desired: {}, running: episodeId, announced: [], account: customer };
  const isTold = !isSilent(input, active, episodeId);
  return { changes: isTold ? [opened(input, active, account, episodeId)] : [], told: { [name]: given } };
};

/** The alerts of the account whose episode is open no more. */
const toResolve = (input: SubjectInput, active: ActiveTool, account: AccountView, told: Told): Wants => {
  const mine = Object.entries(told).filter(([, each]) => isOf(each, account.customer));
  const ended = mine.filter(([, { userId }]) => outcomeOf(account, userId) !== 'open');
  const changes = ended.map(([, { userId }]) => {
    const properties = { ...whoIs(input, account, userId), ...endOf(account, userId) };
    return toChange(input, active, account, { role: 'exit', episodeId: userId, properties });
  });
  return { changes, told: Object.fromEntries(mine.filter((entry) => !ended.includes(entry))) };
};

/** One alert for each episode of a high-value account: once when dunning begins, called off when the episode ends. */
export const alerts: Subjects = (input, active, told) =>
  together(
    ownedAccounts(input).flatMap((account) => [
      toResolve(input, active, account, told),
      ...[toOpen(input, active, account, told)].filter((want) => want !== null),
    ]),
  );
