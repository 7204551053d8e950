import { graceOf } from './grace.ts';
import { defineTrait } from './trait.ts';

/** What the product should grant: `full` until the retries run out, then `grace`, then `restricted` (semantics D3). */
export const accessLevel = defineTrait(
  'access_level',
  (context) => {
    const grace = graceOf(context);
    if (grace === null) return 'full';
    return grace.endsAt !== null && context.ledger.now < grace.endsAt ? 'grace' : 'restricted';
  },
  (context) => {
    const endsAt = graceOf(context)?.endsAt ?? null;
    return endsAt !== null && endsAt > context.ledger.now ? [endsAt] : [];
  },
);
