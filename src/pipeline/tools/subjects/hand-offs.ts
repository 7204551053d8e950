import type { Attributes } from '../../../destination-kit/record.ts';
import { toClosedTask } from '../../../hand-off/to-closed-task.ts';
import { toTask } from '../../../hand-off/to-task.ts';
import type { Commitments, ToolTold } from '../../commitments.ts';
import type { AccountView } from '../../decide.ts';
import { differingNames } from '../desired.ts';
import type { ActiveTool } from '../tool-ports.ts';
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

/** Episodes of which a task was made: what was told of them has a task's state. */
export const handedOffIn = ({ tools }: Commitments): ReadonlySet<string> =>
  new Set(
    Object.values(tools).flatMap(({ userId, desired }) => (Object.hasOwn(desired, 'task_state') ? [userId] : [])),
  );

const isClosed = (desired: Attributes): boolean => desired.task_state === 'closed';

/** Policy may take tasks out of a tool; those that were made there are still kept and closed. */
const takesTasks = ({ rules }: SubjectInput, { tool }: ActiveTool): boolean =>
  rules.policy.handOff.in.some((vendor) => tool === `${vendor}-tasks`);

/** What the task should be; nothing where it is nobody's: what was over before the tool heard of it. */
const want = (
  input: SubjectInput,
  active: ActiveTool,
  account: AccountView,
  { id, desired, told }: { readonly id: string; readonly desired: Attributes; readonly told: ToolTold | undefined },
): Wants => {
  const name = subjectName(active, id);
  if (told === undefined && (isClosed(desired) || !takesTasks(input, active))) return { changes: [], told: {} };
  // Paid after it was lost: how it was paid still settles, and the task stays closed meanwhile.
  const isReopened = told !== undefined && isClosed(told.desired) && !isClosed(desired);
  if (told !== undefined && (isReopened || differingNames(told.desired, desired).length === 0))
    return { changes: [], told: { [name]: told } };
  const change = { ...changeOf(active, account, id), desired, edges: [], urgent: isClosed(desired) };
  const next = { userId: id, desired, running: null, announced: [], account: account.customer };
  return { changes: [change], told: { [name]: next } };
};

const ofAccount = (input: SubjectInput, active: ActiveTool, account: AccountView, before: Told): readonly Wants[] => {
  const { customer, handOffs, state } = account;
  const who = { userId: input.view.userId, accountId: customer.customer, email: state.email };
  const present = handOffs.map((handOff) => {
    const id = handOff.episodeId;
    return want(input, active, account, { id, desired: toTask(handOff, who), told: before[subjectName(active, id)] });
  });
  const held = new Set(handOffs.map(({ episodeId }) => episodeId));
  const vanished = Object.values(before).filter((told) => isOf(told, customer) && !held.has(told.userId));
  const closed = vanished.map((told) =>
    want(input, active, account, { id: told.userId, desired: toClosedTask(told.desired), told }),
  );
  return [...present, ...closed];
};

/** A task for each episode that a person is to take over: made once, kept up to date, closed when the episode ends. */
export const handOffs: Subjects = (input, active, told) =>
  together(ownedAccounts(input).flatMap((account) => ofAccount(input, active, account, told)));
