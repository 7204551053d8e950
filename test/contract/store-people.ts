import type { AccountCommit, Claim, Commit, Part, Store } from '../../src/pipeline/ports.ts';
import { customerOf, decided, deliveryOf, NOTHING_SAID, NOW, queued, workAll } from './store-samples.ts';

/** Whom an account names. */
export interface Named {
  readonly user?: string;
  readonly email?: string;
  readonly contacts?: readonly string[];
}

/** By the provider's customer id; who is not in it names nobody. */
export type Names = Readonly<Record<string, Named>>;

/** What more a decision says of an account. */
type About = (customer: string) => Partial<AccountCommit>;

const aliasesOf = ({ user, email }: Named): readonly string[] => [
  ...(user === undefined ? [] : [`user:${user}`]),
  ...(email === undefined ? [] : [`email:${email}`]),
];

/** What the loop makes of a claim: it parts who names several users, tells the others, and clears whoever has no account. */
export const decideBy =
  (names: Names, changes: (claim: Claim) => Partial<Commit> = () => ({}), about: About = () => ({})) =>
  (claim: Claim): Commit | Part => {
    const of = ({ customer }: Pick<AccountCommit, 'customer'>): Named => names[customer.customer] ?? {};
    const owned = claim.accounts.filter(({ role }) => role === 'owner');
    const users = new Set(owned.flatMap((account) => of(account).user ?? []));
    if (users.size > 1) {
      const accounts = owned.map(({ customer }) => ({ customer, userId: of({ customer }).user ?? null }));
      return { outcome: 'parted', profileId: claim.profileId, version: claim.version, at: NOW, accounts };
    }
    const [user] = users;
    const userId = user ?? claim.userId;
    const told = { traits: {}, userId, audiences: ['dunning'], channel: 'segment' } as const;
    return decided(claim, {
      accounts: decided(claim).accounts.map((account) => ({
        ...account,
        aliases: aliasesOf(of(account)),
        contactUserIds: of(account).contacts ?? [],
        ...about(account.customer.customer),
      })),
      commitments: owned.length === 0 ? NOTHING_SAID : { ...NOTHING_SAID, ...told },
      view: JSON.stringify({ user_id: userId, anonymous_id: `anon_${customerOf(claim)}` }),
      outbox: [queued(`said:${claim.profileId}:${claim.version}`)],
      ...changes(claim),
    });
  };

let arrived = 0;

/** Lets something arrive of each customer, so that their profiles are due. */
export const arrive = (store: Store, ...customers: readonly string[]): Promise<unknown> =>
  store.accept(
    customers.map((customer) => {
      arrived += 1;
      return deliveryOf(customer, `evt_${customer}_${arrived}`);
    }),
  );

/** Rounds of the loop until nobody is due; answers all claims. */
export const settle = async (
  store: Store,
  decide: (claim: Claim) => Commit | Part,
): Promise<readonly (readonly Claim[])[]> => {
  const rounds: (readonly Claim[])[] = [];
  while (rounds.length < 12) {
    const claims = await workAll(store, NOW, decide);
    if (claims.length === 0) return rounds;
    rounds.push(claims);
  }
  throw new Error('the profiles wake each other for ever');
};

/** Something arrives of each customer named, and the loop comes to rest. */
export const play = async (store: Store, names: Names): Promise<readonly (readonly Claim[])[]> => {
  await arrive(store, ...Object.keys(names));
  return settle(store, decideBy(names));
};

/** The accounts of the profile that is found under an id: `cus_1`, or `cus_1 contact`. */
export const accountsOf = async (store: Store, id: string): Promise<readonly string[]> =>
  (await store.findProfiles(id)).flatMap(({ accounts }) =>
    accounts.map(({ customer, role }) => (role === 'owner' ? customer.customer : `${customer.customer} contact`)),
  );

/** The provider's ids of the accounts of a claim. */
export const claimed = ({ accounts }: Claim): readonly string[] => accounts.map(({ customer }) => customer.customer);
