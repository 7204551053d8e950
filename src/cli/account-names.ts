import type { ProfileRecord } from '../pipeline/ports.ts';

/** A profile's accounts as people name them: provider, connected account if any, customer; own ones first. */
export const accountNames = ({ accounts }: ProfileRecord): readonly string[] =>
  accounts.map(({ customer: { provider, merchant, customer }, role }) =>
    [provider, merchant, customer, role === 'contact' ? '(as a contact)' : ''].filter((part) => part !== '').join(' '),
  );
