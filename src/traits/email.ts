import { defineTrait } from './trait.ts';

/** The billing account's email address as last stated; null if none was. */
export const email = defineTrait('email', ({ ledger }) => ledger.email);
