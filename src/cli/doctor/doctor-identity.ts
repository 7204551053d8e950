import { judgeIdentity, percent } from '../../doctor/check-identity.ts';
import type { Finding } from '../../doctor/finding.ts';
import { type Identity, measureIdentity, threadedShare } from '../../doctor/identity.ts';
import { PLACES, type Place } from '../../doctor/threads.ts';
import { counted } from '../../domain/words.ts';
import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { BLOCKS, PLAIN, shareBar } from '../plots.ts';
import { heading, paint, say, sayJson } from '../terminal.ts';
import { hasBlocks } from '../unicode.ts';
import { sayFindings } from './doctor-text.ts';

export interface IdentityOptions {
  /** From 0 to 1: below it the command fails. */
  readonly failUnder?: number;
  readonly json?: boolean;
}

const BAR_COLUMNS = 28;

const WHERE: Readonly<Record<Place, string>> = {
  subscription: 'subscription (or its copy on an invoice)',
  customer: 'customer',
  invoice: 'invoice',
  checkout: 'checkout session',
  elsewhere: 'another customer of the same person',
  nowhere: 'nowhere',
};

const bar = (share: number): string => {
  const glyphs = hasBlocks(process.env, process.stdout.isTTY === true) ? BLOCKS : PLAIN;
  return shareBar(share, BAR_COLUMNS, glyphs);
};

const sayShares = ({ shares, sampled }: Identity): void => {
  heading('Billing customers that thread to a user id');
  if (shares.length === 0) say('  none are known yet');
  for (const { mode, customers, looked, threaded } of shares) {
    const share = looked === 0 ? 0 : threaded / looked;
    const of =
      looked < customers ? `${threaded} of ${looked} looked at, of ${customers}` : `${threaded} of ${customers}`;
    say(`  ${mode}  ${paint('green', bar(share))}  ${percent(share).padStart(6)}  ${of}`);
  }
  if (sampled) say(paint('dim', '  a sample spread evenly over the age of the customers'));
};

const sayPlaces = ({ places, joined, byEmail }: Identity): void => {
  const read = PLACES.reduce((sum, place) => sum + places[place], 0);
  if (read === 0) return;
  heading(`Where the user id stands, of ${counted(read, 'customer')}`);
  const widest = Math.max(...PLACES.filter((place) => places[place] > 0).map((place) => String(places[place]).length));
  for (const place of PLACES.filter((each) => places[each] > 0)) {
    say(`  ${paint('cyan', bar(places[place] / read))}  ${String(places[place]).padStart(widest)}  ${WHERE[place]}`);
  }
  if (joined > 0)
    say(
      `  ${counted(joined, 'customer')} ${joined === 1 ? 'shares' : 'share'} a person with others${byEmail > 0 ? `, ${byEmail} by email alone` : ''}`,
    );
};

/** Where the id goes, as code to copy. `key`: the metadata key that policy looks for first. */
const snippet = (key: string): readonly string[] => [
  'stripe.checkout.sessions.create({',
  '  client_reference_id: user.id,',
  `  subscription_data: { metadata: { ${key}: user.id } },`,
  '  …',
  '});',
  `stripe.subscriptions.create({ customer, items, metadata: { ${key}: user.id } });`,
  '// once, for the customers who are there already:',
  `stripe.customers.update('cus_…', { metadata: { ${key}: user.id } });`,
];

const sayMend = (key: string): void => {
  heading('How to thread them');
  say('  Put the user id that your product knows people by under the metadata key');
  say(`  ${paint('bold', key)}: on the subscription, else the customer, else the invoice.`);
  say();
  for (const line of snippet(key)) say(`    ${line}`);
};

const toFindings = (identity: Identity, userIdKeys: readonly string[]): readonly Finding[] =>
  judgeIdentity(identity, userIdKeys).map((found) => ({ check: 'identity', ...found }));

const sayUnder = (share: number | null, failUnder: number): void => {
  say(
    share === null
      ? `No customer is known, so none is above ${percent(failUnder)}.`
      : `${percent(share)} thread, asked for were ${percent(failUnder)}.`,
  );
};

/** `recoup doctor identity`: how many billing customers thread to a user id, and what to do about the others. */
export const runDoctorIdentity = async (doors: CliDoors, options: IdentityOptions): Promise<number> => {
  const { userIdKeys } = doors.loadPolicy();
  const store = await doors.openStore();
  let identity: Identity;
  try {
    identity = measureIdentity(await store.survey());
  } finally {
    await store.close();
  }
  const findings = toFindings(identity, userIdKeys);
  const share = threadedShare(identity);
  const isUnder = options.failUnder !== undefined && (share ?? 0) < options.failUnder;
  const isWell = findings.every(({ severity }) => severity === 'ok' || severity === 'unknown');
  if (options.json === true) sayJson({ share, ...identity, findings });
  else {
    sayShares(identity);
    sayPlaces(identity);
    sayFindings(findings);
    if (!isWell) sayMend(userIdKeys[0] ?? 'user_id');
    if (isUnder) sayUnder(share, options.failUnder ?? 0);
  }
  if (options.failUnder !== undefined) return isUnder ? EXIT.failed : EXIT.done;
  return findings.some(({ severity }) => severity === 'problem') ? EXIT.failed : EXIT.done;
};
