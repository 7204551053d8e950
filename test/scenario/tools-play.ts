import { expect } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { DAY_0 } from './harness.ts';
import type { Stage } from './stage.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  accountIn,
  CRMS,
  type CrmVendor,
  eventsIn,
  personIn,
  type Seen,
  type SeenTask,
  seen,
  streamOf,
  tasksIn,
} from './tools-looks.ts';
import { openToolsRelay, type ToolsRelay, type ToolsRelayOptions } from './tools-relay.ts';
import { PEOPLE, type Vendor } from './tools-stand-ins.ts';

/** Scenarios told by day: what happens at Stripe, and what every tool then holds and hears. */
export interface ToolsPlay extends Stage {
  readonly relay: ToolsRelay;
}
export type ToolsStep = (play: ToolsPlay) => Promise<void> | void;

export const billOf = (name: string, number = 1): Bill => ({
  invoice: `in_${name}${number}`,
  subscription: `sub_${name}${number}`,
  amount: 4_900,
});

/** Plays the steps with a store and stand-ins of their own. */
export const playTools = async (steps: readonly ToolsStep[], options: ToolsRelayOptions = {}): Promise<void> => {
  const relay = await openToolsRelay(options);
  const stage: ToolsPlay = { relay, people: new Map(), now: DAY_0 };
  try {
    for (const step of steps) await step(stage);
    expect(relay.standIns.braze.users.alterations, 'Braze stores every value as it was sent').toEqual([]);
    const dead = await relay.store.deadLetters({ replayed: false, limit: 10 });
    expect(dead, 'nothing is refused').toEqual([]);
  } finally {
    await relay.close();
  }
};

// ---------------------------------------------------------------- what happens

/** Sales enter the person's contact under an address, and its company, each with an owner; and support knows the person. */
export const salesEnter =
  (name: string, ...vendors: readonly CrmVendor[]): ToolsStep =>
  ({ relay: { standIns } }) => {
    const email = `${name}@example.com`;
    standIns.zendesk.addUser({ email });
    standIns.intercom.addContact({ email });
    if (vendors.includes('hubspot')) {
      const { account } = standIns.hubspot;
      const company = account.add('companies', { name: `${name} Inc.`, hubspot_owner_id: '22' });
      account.add('contacts', { email, firstname: name, associatedcompanyid: company, hubspot_owner_id: '11' });
    }
    if (vendors.includes('salesforce')) {
      const { org } = standIns.salesforce;
      org.put('User', { Id: SELLER, IsActive: true });
      const AccountId = org.put('Account', { Name: `${name} Inc.`, OwnerId: SELLER }, SELLER);
      org.put('Contact', { LastName: name, Email: email, AccountId }, SELLER);
    }
  };
export const SELLER = '005000000000077AAA';

// ---------------------------------------------------------------- what is seen

/** At every tool that holds people, and at both CRMs for the account, this is what is seen. */
export const everyToolShows =
  (name: string, expected: Partial<Seen>): ToolsStep =>
  (stage) => {
    for (const vendor of PEOPLE) expectPerson(stage, vendor, name, expected);
    for (const vendor of CRMS) expectAccount(stage, vendor, name, expected);
  };

type PersonVendor = (typeof PEOPLE)[number];
type Expected = Partial<Seen> | null;

const expectPerson = ({ relay, now }: ToolsPlay, vendor: PersonVendor, name: string, expected: Expected): void =>
  expectSeen(seen(personIn(relay.standIns, vendor, `user_${name}`)), expected, `${name} in ${vendor} at ${toIso(now)}`);

const expectAccount = ({ relay, now }: ToolsPlay, vendor: CrmVendor, name: string, expected: Expected): void =>
  expectSeen(
    seen(accountIn(relay.standIns, vendor, `cus_${name}`)),
    expected,
    `account ${name} in ${vendor} at ${toIso(now)}`,
  );

/** Null: the tool does not know the person. */
export const showsPerson =
  (vendor: PersonVendor, name: string, expected: Expected): ToolsStep =>
  (stage) =>
    expectPerson(stage, vendor, name, expected);

/** Null: the tool does not know the account. */
export const showsAccount =
  (vendor: CrmVendor, name: string, expected: Expected): ToolsStep =>
  (stage) =>
    expectAccount(stage, vendor, name, expected);

const expectSeen = (held: Seen | null, expected: Expected, where: string): void => {
  const asked =
    held === null || expected === null
      ? held
      : Object.fromEntries(Object.keys(expected).map((key) => [key, held[key as keyof Seen]]));
  expect(asked, where).toEqual(expected);
};

/** Both CRMs (or those named) hold exactly these tasks of the person's account; `text` and `subject` as parts. */
export const tasksAre =
  (name: string, expected: readonly Partial<SeenTask>[], vendors: readonly CrmVendor[] = CRMS): ToolsStep =>
  ({ relay: { standIns }, now }) => {
    for (const vendor of vendors) {
      const tasks = tasksIn(standIns, vendor, `cus_${name}`);
      const where = `tasks of ${name} in ${vendor} at ${toIso(now)}`;
      expect(tasks, where).toHaveLength(expected.length);
      for (const [index, { text = '', subject = '', ...rest }] of expected.entries()) {
        expect(tasks[index], where).toMatchObject(rest);
        expect(tasks[index]?.text, where).toContain(text);
        expect(tasks[index]?.subject, where).toContain(subject);
      }
    }
  };

/** Braze and Iterable took exactly these events of the person, from the start. */
export const flowsHeard =
  (name: string, ...expected: readonly string[]): ToolsStep =>
  ({ relay: { standIns }, now }) => {
    for (const vendor of ['braze', 'iterable'] as const) {
      const heard = eventsIn(standIns, vendor, `user_${name}`);
      expect(heard, `${name} in ${vendor} by ${toIso(now)}`).toEqual(expected);
    }
  };

/** The channel holds exactly these messages of the person's account, by how they begin. */
export const alertsAre =
  (name: string, ...expected: readonly string[]): ToolsStep =>
  ({ relay: { standIns }, now }) => {
    const posted = standIns.slack.messages.filter(({ text }) => text.endsWith(`cus_${name}`)).map(({ text }) => text);
    expect(posted, `alerts of ${name} by ${toIso(now)}`).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(posted[index]).toContain(text);
  };

/** The receiver took exactly these events of the account, each once and in this order, as Segment was told of them. */
export const streamIs =
  (name: string, ...expected: readonly string[]): ToolsStep =>
  ({ relay: { standIns, segment }, now }) => {
    const events = streamOf(standIns, `cus_${name}`);
    expect(
      events.map(({ type }) => type),
      `stream of ${name} by ${toIso(now)}`,
    ).toEqual(expected);
    const inSegment = new Set(segment.map(({ messageId }) => messageId));
    expect(events.filter(({ id }) => !inSegment.has(id))).toEqual([]);
  };

/** Tools of vendors that hold a contact or account under an id that sales gave it, as people with an integration do. */
export const salesLink =
  (links: { readonly user?: string; readonly account?: string; readonly email?: string }): ToolsStep =>
  ({ relay: { standIns } }) => {
    const { user, account, email } = links;
    if (user !== undefined) {
      standIns.zendesk.addUser({ external_id: user });
      standIns.intercom.addContact({ external_id: user });
      standIns.hubspot.account.add('contacts', { recoup_user_id: user, email: email ?? `${user}@example.com` });
      standIns.salesforce.org.put('Contact', { LastName: user, Email: email ?? null, Recoup_User_Id__c: user });
    }
    if (account !== undefined) {
      standIns.hubspot.account.add('companies', { recoup_account_id: account, name: account });
      standIns.salesforce.org.put('Account', { Name: account, Recoup_Account_Id__c: account });
    }
  };

/** What is due is decided, and nothing leaves yet. */
export const decides: ToolsStep = ({ relay, now }) => relay.take([], now);

/** The process dies while one tool's request is under way, and is started again. */
export const diesSendingTo =
  (tool: string, vendor: Vendor): ToolsStep =>
  ({ relay, now }) =>
    relay.dieSendingTo(tool, vendor, now);

/** The relay is started anew with credentials for these vendors alone, and with Segment's. */
export const startsWith =
  (...live: readonly Vendor[]): ToolsStep =>
  ({ relay, now }) =>
    relay.restart(now, { live, segmentIsLive: true });

/** A release: the relay is started anew with some of its policy changed. */
export const policyBecomes =
  (policy: NonNullable<ToolsRelayOptions['policy']>): ToolsStep =>
  ({ relay, now }) =>
    relay.restart(now, { policy });

/** Anything else that a scenario wants to look at. */
export const check =
  (look: (relay: ToolsRelay, stage: ToolsPlay) => Promise<void> | void): ToolsStep =>
  (stage) =>
    look(stage.relay, stage);

/** The vendor's writes, and its reads, are answered 503 from here on. */
export const goesDown =
  (vendor: Vendor): ToolsStep =>
  ({ relay: { standIns } }) => {
    standIns.inject(vendor, { kind: 'status', status: 503 });
    if (vendor !== 'braze') standIns.inject(vendor, { kind: 'status', status: 503, reads: true });
  };

export const comesBack =
  (vendor: Vendor): ToolsStep =>
  ({ relay: { standIns } }) =>
    standIns.heal(vendor);
