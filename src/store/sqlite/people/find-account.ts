import type { CustomerKey } from '../../../domain/ids.ts';
import type { ReadClaim } from '../claims.ts';
import type { AccountRow } from './accounts.ts';

/** @throws RangeError for a customer that the claim did not give to the decision as the profile's own. */
export const findAccount = ({ accounts }: ReadClaim, key: CustomerKey): AccountRow => {
  const found = accounts.find(
    ({ role, customer: { customer, provider, merchant, mode } }) =>
      role === 'owner' &&
      customer === key.customer &&
      provider === key.provider &&
      merchant === key.merchant &&
      mode === key.mode,
  );
  if (found === undefined) throw new RangeError('A decision is about an account that its profile does not own');
  return found;
};
