import type { DatabaseSync } from 'node:sqlite';
import type { CustomerKey } from '../../../domain/ids.ts';
import type { Commitments, ToolTold } from '../../../pipeline/commitments.ts';
import { prepare } from '../statement.ts';
import { parseCommitments } from './stored-commitments.ts';

const OWNER = 'SELECT profile_id AS profileId, provider, merchant, mode, customer FROM customers WHERE id = ?';
const TOLD = 'SELECT commitments FROM profiles WHERE id = ?';
const TELL = 'UPDATE profiles SET commitments = ? WHERE id = ?';

const isAbout =
  ({ customer, provider, merchant, mode }: CustomerKey) =>
  ({ account }: ToolTold): boolean =>
    account !== undefined &&
    account.customer === customer &&
    account.provider === provider &&
    account.merchant === merchant &&
    account.mode === mode;

const pick = (tools: Commitments['tools'], isWanted: (told: ToolTold) => boolean): Commitments['tools'] =>
  Object.fromEntries(Object.entries(tools).filter(([, told]) => isWanted(told)));

/**
 * Hands what tools were told of an account, and of its episodes, from the commitments of its profile to those of another.
 * For use inside a write transaction, before the account itself moves.
 */
export const makeHandOverTold = (db: DatabaseSync): ((customerId: number, to: number) => void) => {
  const owner = prepare<CustomerKey & { profileId: number }>(db, OWNER);
  const told = prepare<{ commitments: string | null }>(db, TOLD);
  const tell = prepare(db, TELL);
  const commitmentsOf = (profileId: number) => parseCommitments(told.get(profileId)?.commitments ?? null);
  const save = (profileId: number, commitments: Commitments, tools: Commitments['tools']): void => {
    tell.run(JSON.stringify({ ...commitments, tools }), profileId);
  };
  return (customerId, to) => {
    const account = owner.get(customerId);
    if (account === undefined || account.profileId === to) return;
    const giver = commitmentsOf(account.profileId);
    const isTheirs = isAbout(account);
    const handed = pick(giver.tools, isTheirs);
    if (Object.keys(handed).length === 0) return;
    const holder = commitmentsOf(to);
    save(
      account.profileId,
      giver,
      pick(giver.tools, (each) => !isTheirs(each)),
    );
    save(to, holder, { ...holder.tools, ...handed });
  };
};
