import type { CustomerKey } from '../../../domain/ids.ts';
import type { DiffInput } from '../../calls.ts';
import type { ToolTold } from '../../commitments.ts';
import type { AccountView } from '../../decide.ts';
import type { SegmentCall } from '../../ports.ts';
import type { ActiveTool, ToolChange } from '../tool-ports.ts';

/** What was told of one tool and channel, by the name under which the commitments keep it. */
export type Told = Readonly<Record<string, ToolTold>>;

/** What one decision wants of one tool. */
export interface Wants {
  readonly changes: readonly ToolChange[];
  /** Takes the place of what was told of the tool and channel. */
  readonly told: Told;
}

/** What is wanted of several subjects of one tool. */
export const together = (wants: readonly Wants[]): Wants => ({
  changes: wants.flatMap(({ changes }) => changes),
  told: Object.assign({}, ...wants.map(({ told }) => told)),
});

/** What a decision found, and which events it says of each owned account now. */
export interface SubjectInput extends DiffInput {
  readonly said: readonly { readonly account: AccountView; readonly calls: readonly SegmentCall[] }[];
}

/** Tells what one tool should hold or hear of its subjects. Pure. */
export type Subjects = (input: SubjectInput, active: ActiveTool, before: Told) => Wants;

/** Under which name the commitments of a tool are kept. */
export const nameOf = ({ tool, channel }: ActiveTool): string => (channel === 'live' ? tool : `${tool}/${channel}`);

/** The same for one of several subjects of a profile: an account, an episode. */
export const subjectName = (active: ActiveTool, id: string): string => `${nameOf(active)}#${id}`;

/** A tool first hears of whoever is in dunning or pre-dunning; from then on it is kept up to date. */
const FIRST_HEARD_OF: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'held', 'exhausted']);

export const isFirstHeardOf = (status: string): boolean => FIRST_HEARD_OF.has(status);

/** Whoever is in none of these must not be written to: telling the tool so goes before anything else. */
const MAY_BE_MESSAGED: ReadonlySet<string> = new Set(['pre_dunning', 'active', 'exhausted']);

export const isUrgent = (status: unknown): boolean => !MAY_BE_MESSAGED.has(String(status));

/** The accounts of which the tools are told: those of a contact are told of with their owner. */
export const ownedAccounts = ({ view }: Pick<DiffInput, 'view'>): readonly AccountView[] =>
  view.accounts.filter(({ role }) => role === 'owner');

/** The part of a change that is the same for every subject of an account: whose row it is, and what is at stake. */
export const changeOf = (
  { tool, channel }: ActiveTool,
  { customer, owed }: AccountView,
  id: string,
): Pick<ToolChange, 'tool' | 'channel' | 'userId' | 'account' | 'amountMinor' | 'currency'> => ({
  tool,
  channel,
  userId: id,
  account: customer,
  amountMinor: owed?.amountMinor ?? null,
  currency: owed?.currency ?? null,
});

/** Whether it was told of this account. */
export const isOf = ({ account }: ToolTold, { provider, merchant, mode, customer }: CustomerKey): boolean =>
  account !== undefined &&
  account.provider === provider &&
  account.merchant === merchant &&
  account.mode === mode &&
  account.customer === customer;
