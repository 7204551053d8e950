import { ACCOUNT_TRAITS, OWNER_ATTRIBUTE, VERSION_ATTRIBUTE } from '../../../destination-kit/fields.ts';
import type { Attributes } from '../../../destination-kit/record.ts';
import type { AccountView } from '../../decide.ts';
import { differingNames } from '../desired.ts';
import type { ActiveTool } from '../tool-ports.ts';
import {
  changeOf,
  isFirstHeardOf,
  isUrgent,
  ownedAccounts,
  type SubjectInput,
  type Subjects,
  subjectName,
  type Told,
  together,
  type Wants,
} from './subject.ts';

/** The whole state that a tool should hold of one account. */
const toDesired = (account: AccountView, { view, claim }: SubjectInput): Attributes => ({
  ...Object.fromEntries(ACCOUNT_TRAITS.map((name) => [name, account.state[name]])),
  [OWNER_ATTRIBUTE]: view.userId,
  [VERSION_ATTRIBUTE]: claim.version + 1,
});

const want = (input: SubjectInput, active: ActiveTool, account: AccountView, told: Told): Wants | null => {
  const id = account.customer.customer;
  const name = subjectName(active, id);
  const before = told[name] ?? null;
  if (before === null && !isFirstHeardOf(account.state.dunning_status)) return null;
  const desired = toDesired(account, input);
  const isNews = before === null || differingNames(before.desired, desired).length > 0;
  const change = { ...changeOf(active, account, id), desired, edges: [], urgent: isUrgent(desired.dunning_status) };
  return {
    changes: isNews ? [change] : [],
    told: {
      [name]: isNews ? { userId: id, desired, running: null, announced: [], account: account.customer } : before,
    },
  };
};

/** Each account that the profile owns, user or none: it has an id of its own in the tools of sales. */
export const accounts: Subjects = (input, active, told) =>
  together(ownedAccounts(input).flatMap((account) => want(input, active, account, told) ?? []));
