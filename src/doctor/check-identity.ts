import { currencyExponent } from '../domain/money.ts';
import { counted } from '../domain/words.ts';
import { CROWD } from '../pipeline/survey-ports.ts';
import { type Found, ok, problem, unknown, warning } from './finding.ts';
import type { Check } from './gathered.ts';
import { type Identity, measureIdentity, threadedShare } from './identity.ts';

/** Below it most of a book is out of every tool's reach: that is no gap but a missing key. */
const FEW = 0.5;
/** Test customers made by hand and leftovers make up the rest. */
const MOST = 0.99;
const SHOWN = 5;

/** A share as it is read, never rounded up to all. */
export const percent = (share: number): string => `${(Math.floor(share * 1_000) / 10).toFixed(1)}%`;

const moneyText = (amount: number, currency: string): string =>
  `${amount.toFixed(currencyExponent(currency))} ${currency}`;

const owedText = ({ owed, moreStakes }: Identity): string => {
  const sums = Object.entries(owed).map(([currency, amount]) => moneyText(amount, currency));
  return sums.length === 0 ? '' : `, ${moreStakes ? 'more than ' : ''}${sums.join(' and ')} at stake`;
};

/** The key that holds it, if the webhooks carry one that is not read. */
const otherKeys = ({ metadataKeys }: Identity, userIdKeys: readonly string[]): string => {
  const others = Object.keys(metadataKeys).filter((key) => !userIdKeys.includes(key));
  const shown = others.slice(0, 6).join(', ');
  return others.length === 0
    ? ''
    : ` The newest webhooks carry ${shown}: if one holds it, name it in user_id_keys of policy.yaml.`;
};

const judgeShare = (identity: Identity, userIdKeys: readonly string[]): Found => {
  const share = threadedShare(identity);
  if (share === null) return unknown('No billing customer is known yet, so no thread could be followed.', null);
  const [mode] = identity.shares.map((each) => each.mode);
  const what = `${percent(share)} of ${mode}-mode customers thread to a user id${identity.sampled ? ' (of a sample)' : ''}.`;
  const mend = `Set ${userIdKeys[0] ?? 'user_id'} in the metadata of subscriptions and customers.${otherKeys(identity, userIdKeys)}`;
  const detail = identity.examples.map((id) => `without: ${id}`);
  if (share < FEW) return problem(what, mend, detail);
  return share < MOST ? warning(what, mend, detail) : ok(what);
};

const judgeStakes = (identity: Identity): readonly Found[] => {
  const { stakes, moreStakes } = identity;
  if (stakes.length === 0) return [];
  const few = stakes
    .slice(0, SHOWN)
    .map(({ customer, amount, currency }) =>
      amount === null || currency === null ? customer : `${customer}  ${moneyText(amount, currency)}`,
    );
  return [
    problem(
      `${moreStakes ? 'More than ' : ''}${counted(stakes.length, 'customer')} in dunning now without a user id${owedText(identity)}: no tool is told of them.`,
      'Link them: set the user id in their metadata at Stripe; the next webhook about them announces them.',
      [
        ...few,
        ...(stakes.length > SHOWN
          ? [`and ${(stakes.length - SHOWN).toLocaleString('en-US')} more: doctor identity --json lists them`]
          : []),
      ],
    ),
  ];
};

const having = (n: number): string => `${counted(n, 'customer')} ${n === 1 ? 'has' : 'have'}`;

const judgeSmells = ({ smells: { billingIds, emails, disagreeing, crowds } }: Identity): readonly Found[] => [
  ...(billingIds.length === 0
    ? []
    : [
        warning(
          `${having(billingIds.length)} a user id that looks like an id of the billing provider.`,
          "The metadata should hold your own user id, as your product's identify calls carry it.",
          billingIds.slice(0, SHOWN),
        ),
      ]),
  ...(emails === 0
    ? []
    : [
        warning(
          `${having(emails)} an email address for a user id.`,
          'An address changes and is not what Segment and Braze know the person by, unless you chose so; put the user id there.',
        ),
      ]),
  ...(disagreeing.length === 0
    ? []
    : [
        warning(
          `${having(disagreeing.length)} subscriptions that name different users: the first of them decides.`,
          'Give each its own billing customer, or list the others under contact_keys (policy.yaml).',
          disagreeing.slice(0, SHOWN),
        ),
      ]),
  ...(crowds.length === 0
    ? []
    : [
        warning(
          `${counted(crowds.length, 'user id')} ${crowds.length === 1 ? 'has' : 'have'} more than ${CROWD} billing customers: all are decided as one person, at each webhook of any.`,
          'If it is a placeholder in the metadata, strangers are one person: take it out there, or put in the user id of each.',
          crowds.slice(0, SHOWN).map(({ name, accounts }) => `${name}  ${counted(accounts, 'customer')}`),
        ),
      ]),
];

/** What was measured, judged. */
export const judgeIdentity = (identity: Identity, userIdKeys: readonly string[]): readonly Found[] => [
  judgeShare(identity, userIdKeys),
  ...judgeStakes(identity),
  ...judgeSmells(identity),
];

const MORE = 'More: npm run recoup -- doctor identity';

/** Do billing customers thread to the people that Segment and the tools know. */
export const checkIdentity: Check = {
  name: 'identity',
  find: ({ store, policy }) => {
    if (!store.read || !policy.read) return [];
    const [share, ...others] = judgeIdentity(measureIdentity(store.value.survey), policy.value.userIdKeys);
    if (share === undefined) return others;
    return [share.mend === null ? share : { ...share, mend: `${share.mend} ${MORE}` }, ...others];
  },
};
