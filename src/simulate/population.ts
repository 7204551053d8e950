import { DAY_MS, HOUR_MS, SECOND_MS } from '../domain/instant.ts';
import { endOfCard, expiryIn } from './card-months.ts';
import type { Random } from './random.ts';
import type { StripeAccount, StripeShape } from './stripe-events.ts';

/** How a customer's card behaves at a renewal. */
export type CardBehaviour = 'good' | 'thin' | 'dead' | 'confirms' | 'expired';

/** What becomes of a card that expires inside the window. `still_works`: many issuers let it pass. */
export type ExpiryFate = 'replaced' | 'renewed' | 'fails' | 'still_works';

/** One simulated customer with one monthly subscription. */
export interface Customer {
  readonly account: StripeAccount;
  readonly subscription: string;
  /** Minor units per month. */
  readonly amount: number;
  readonly currency: string;
  /** First renewal inside the window, in UTC milliseconds; then every 30 days. */
  readonly renewsAt: number;
  readonly card: CardBehaviour;
  /** Null for a card that is valid for long. */
  readonly expiry: Expiry | null;
}

/** Instants are UTC milliseconds. */
interface Expiry {
  readonly fate: ExpiryFate;
  /** First instant after the card's last month. */
  readonly endsAt: number;
  /** When a card that is replaced or renewed is so: in the four weeks before its end. */
  readonly changesAt: number;
}

type Plan = 'enterprise' | 'pro' | 'starter';

const PLAN_SHARES: Readonly<Record<Plan, number>> = { enterprise: 6, pro: 30, starter: 64 };
/** Price per month in minor units of a two-decimal currency. */
const PLAN_PRICES: Readonly<Record<Plan, number>> = { enterprise: 99_000, pro: 9_900, starter: 2_900 };
const CURRENCY_SHARES = { usd: 78, eur: 14, gbp: 6, jpy: 2 } as const;
/** Most cards work; the shares of the others give about one failed renewal in eight. */
const CARD_SHARES: Readonly<Record<Exclude<CardBehaviour, 'expired'>, number>> = {
  good: 78,
  thin: 14,
  dead: 6,
  confirms: 2,
};
/** Cards last four years or so, so that two months see one in twenty-five end. Twice that, to show every fate in a small book. */
const EXPIRES_SHARES = { no: 92, yes: 8 } as const;
/** Card networks renew most cards by themselves; the shares of the others are a guess. */
const EXPIRY_SHARES: Readonly<Record<ExpiryFate, number>> = { renewed: 45, replaced: 25, fails: 20, still_works: 10 };
const BRAND_SHARES = { visa: 55, mastercard: 33, amex: 12 } as const;
/** An account moves to a new API version endpoint by endpoint, so a relay sees several shapes at once. */
const SHAPE_SHARES: Readonly<Record<StripeShape, number>> = { basil: 50, endive: 20, legacy: 30 };
/** One customer in twenty carries no user id: bought before the metadata was set. */
const USER_ID_SHARES = { known: 95, unknown: 5 } as const;

const priceOf = (plan: Plan, currency: keyof typeof CURRENCY_SHARES): number =>
  currency === 'jpy' ? PLAN_PRICES[plan] + (PLAN_PRICES[plan] >> 1) : PLAN_PRICES[plan];

/** Draws customer number `index`. `startsAt`: first instant of the window, UTC milliseconds. */
export const drawCustomer = (random: Random, index: number, startsAt: number): Customer => {
  const name = `Sim${String(index).padStart(4, '0')}`;
  const plan = random.pick(PLAN_SHARES);
  const currency = random.pick(CURRENCY_SHARES);
  const known = random.pick(USER_ID_SHARES) === 'known';
  return {
    account: {
      shape: random.pick(SHAPE_SHARES),
      livemode: true,
      customer: `cus_${name}`,
      userId: known ? `user_${String(index).padStart(4, '0')}` : undefined,
      planId: plan,
      priceId: `price_${plan}_${currency}`,
      card: {
        brand: random.pick(BRAND_SHARES),
        last4: String(random.whole(0, 9_999)).padStart(4, '0'),
        expMonth: random.whole(1, 12),
        expYear: new Date(startsAt).getUTCFullYear() + random.whole(2, 7),
      },
    },
    subscription: `sub_${name}`,
    amount: priceOf(plan, currency),
    currency,
    renewsAt: startsAt + random.whole(0, (30 * DAY_MS) / SECOND_MS - 1) * SECOND_MS,
    card: random.pick(CARD_SHARES),
    expiry: null,
  };
};

/**
 * The same customer with a card that may expire inside the window of `days`. Only cards that work: the others have their
 * own trouble. `random`: a stream of its own, so that nobody's renewals change by it.
 */
export const drawExpiry = (
  random: Random,
  customer: Customer,
  { startsAt, days }: { readonly startsAt: number; readonly days: number },
): Customer => {
  const last = expiryIn(startsAt + random.whole(0, days) * DAY_MS);
  const fate = random.pick(EXPIRY_SHARES);
  const leadMs = random.whole(1, 28 * 24) * HOUR_MS;
  if (random.pick(EXPIRES_SHARES) === 'no' || customer.card !== 'good') return customer;
  const endsAt = endOfCard(last);
  const account = { ...customer.account, card: { ...customer.account.card, ...last } };
  return { ...customer, account, expiry: { fate, endsAt, changesAt: Math.max(endsAt - leadMs, startsAt) } };
};
