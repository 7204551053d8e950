import { expect } from 'vitest';
import { type Instant, MINUTE_MS, plus, toIso } from '../../src/domain/instant.ts';
import type { GuardAnswer, GuardMessage } from '../../src/pipeline/guard/guard.ts';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import type { Suppression } from '../../src/pipeline/suppressions/suppression-ports.ts';
import { suppressionReport } from '../../src/report/suppression-report.ts';
import { ADA, isKnown } from '../scenario/ada.ts';
import { DAY_0, day } from '../scenario/harness.ts';
import { mirrorOf } from '../scenario/segment-mirror.ts';
import { accountOf, on, to, wait } from '../scenario/stage.ts';
import { fails, type Happening, isPaidFirstTime, isSeen } from '../scenario/stripe-happenings.ts';
import { personIn, seen } from '../scenario/tools-looks.ts';
import type { ToolsPlay } from '../scenario/tools-play.ts';
import { type OutsideOptions, type OutsideRelay, openOutsideRelay } from './suppression-relay.ts';

/** A story of Ada, and what is seen of it from outside, layer by layer. */
export interface OutsidePlay extends ToolsPlay {
  readonly relay: OutsideRelay;
  /** The episode that was open when it was last looked for. */
  episode: string;
}
export type OutsideStep = (play: OutsidePlay) => Promise<void> | void;

/** Plays the steps with a store, a door and stand-ins of their own. */
export const playOutside = async (steps: readonly OutsideStep[], options: OutsideOptions = {}): Promise<void> => {
  const relay = await openOutsideRelay(options);
  const stage: OutsidePlay = { relay, people: new Map(), now: DAY_0, episode: '' };
  try {
    for (const step of steps) await step(stage);
    expect(await relay.store.deadLetters({ replayed: false, limit: 10 }), 'nothing is refused').toEqual([]);
  } finally {
    await relay.close();
  }
};

/** Ada's bill of the month before, which was paid. */
export const PAID = { ...ADA, invoice: 'in_ada0' };
/** So far away that no retry comes in between. */
export const FAR = { retryAt: day(150) } as const;

/** Ada paid a month, then failed; every tool knows her as in dunning, and the guard lets her flow's message pass. */
export const adaIsDunned: readonly OutsideStep[] = [
  ...isKnown('ada'),
  to('ada', isSeen('sub_ada1', 'active'), isPaidFirstTime(PAID)),
  wait(MINUTE_MS),
  to('ada', fails(ADA, FAR)),
  wait(MINUTE_MS),
  (stage) => noteEpisode(stage),
  (stage) => expectDunned(stage, { stage: 'first_failure' }),
  on(1),
];

export const noteEpisode = async (stage: OutsidePlay): Promise<void> => {
  const { dunning_episode_id: episode } = await ask(stage);
  expect(episode).toMatch(/^dun_/);
  stage.episode = episode ?? '';
};

// ---------------------------------------------------------------- what happens

/** The door has answered 200 to its webhooks, and nothing is decided yet. */
export const isReceived =
  (...happenings: readonly Happening[]): OutsideStep =>
  async (stage) => {
    const events = happenings.flatMap((happening) => happening(accountOf(stage, 'ada'), stage.now));
    await stage.relay.take(
      events.map((event) => JSON.stringify(event)),
      stage.now,
    );
  };

/** The same of what happened at `at`. */
export const isReceivedLate =
  (at: Instant, ...happenings: readonly Happening[]): OutsideStep =>
  (stage) =>
    isReceived(
      ...happenings.map(
        (happening): Happening =>
          (account) =>
            happening(account, at),
      ),
    )(stage);

export const settles: OutsideStep = ({ relay, now }) => relay.settle(now);

/** An operator says so over the API. */
export const operatorSays =
  (action: 'hold' | 'resume' | 'exclude' | 'mark-recovered', body: object = {}): OutsideStep =>
  async ({ relay }) => {
    const response = await relay.post(`/v1/profiles/user_ada/${action}`, { actor: 'hanna', reason: 'call', ...body });
    expect(response.status, await response.text()).toBe(202);
  };

/** Churn Buster tells of its campaign `cb-1`, which began on day 1. */
export const churnBusterSays =
  (event_type: string, finishedAt: Instant | null = null): OutsideStep =>
  async ({ relay }) => {
    const customer = { processor: 'stripe', processor_id: 'cus_ada' };
    const finished_at = finishedAt === null ? null : toIso(finishedAt);
    const campaign = { churn_buster_id: 'cb-1', started_at: toIso(day(1)), finished_at };
    expect(await relay.claim('churn-buster', { event_type, event: { customer, campaign } })).toBe(200);
  };

/** Churnkey tells of its campaign `ck-1`, which began on day 1. */
export const churnkeySays =
  (event: string, endedAt: Instant | null = null): OutsideStep =>
  async ({ relay }) => {
    const campaign = { id: 'ck-1', startedAt: toIso(day(1)), ...(endedAt !== null && { endedAt: toIso(endedAt) }) };
    expect(await relay.claim('churnkey', { event, data: { customer: { id: 'cus_ada' }, campaign } })).toBe(200);
  };

// ---------------------------------------------------------------- what is seen

/** Tools that write to people. */
export const MESSENGERS = ['braze', 'iterable'] as const;
/** Tools that hold a person's state. */
export const HOLDERS = ['braze', 'iterable', 'hubspot', 'salesforce'] as const;

export interface Question {
  readonly user?: string;
  readonly message?: GuardMessage;
  readonly episode?: string;
}

/** What the guard answers over HTTP. */
export const ask = async ({ relay }: OutsidePlay, question: Question = {}): Promise<GuardAnswer> => {
  const { user = 'user_ada', ...rest } = question;
  const response = await relay.get(`/v1/guard/${encodeURIComponent(user)}?${new URLSearchParams(rest)}`);
  expect(response.status).toBe(200);
  return await response.json();
};

export interface Edge {
  readonly name: string;
  readonly episode: unknown;
  /** The stage that begins, or how it ended. */
  readonly about: unknown;
}

/** Events that start and stop flows, in order. */
export const edgesIn = ({ relay: { standIns } }: OutsidePlay, vendor: 'braze' | 'iterable', user = 'user_ada') => {
  const toEdge = (name: string, held: Readonly<Record<string, unknown>>): Edge => ({
    name,
    episode: held.dunning_episode_id,
    about: held.stage ?? held.outcome ?? held.recovered_via,
  });
  return vendor === 'braze'
    ? standIns.braze.users.events
        .filter(({ externalId }) => externalId === user)
        .map(({ name, properties }) => toEdge(name, properties))
    : [...standIns.iterable.users.events.values()]
        .filter(({ userId }) => userId === user)
        .map(({ name, dataFields }) => toEdge(name, dataFields));
};

/** The stages of the person's episodes that were announced, in order. */
export const stagesAre =
  (...expected: readonly string[]): OutsideStep =>
  (stage) => {
    for (const vendor of MESSENGERS) {
      const entered = edgesIn(stage, vendor).filter(({ name }) => name === 'dunning_stage_entered');
      expect(
        entered.map(({ about }) => about),
        `announced in ${vendor}`,
      ).toEqual(expected);
    }
  };

const isTrue = (value: unknown): boolean => String(value) === 'true';
/** Flags of messaging audiences, in any tool's writing. */
const flagged = (values: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(values)
    .filter(([name, value]) => /(^|_)in_(pre_)?dunning/i.test(name) && isTrue(value))
    .map(([name]) => name.toLowerCase());

const inSegment = ({ relay }: OutsidePlay, user = 'user_ada') => mirrorOf(relay.segment).get(user);
const dunningOf = (audiences: ReadonlySet<string> = new Set()): readonly string[] =>
  [...audiences].filter((key) => /^(pre_)?dunning/.test(key) && key !== 'dunning_recovered');

export interface Dunned {
  readonly stage: string;
}

/** Everything says that messages about the bill may go out. */
export const expectDunned = async (stage: OutsidePlay, { stage: name }: Dunned): Promise<void> => {
  const where = `dunned at ${toIso(stage.now)}`;
  for (const vendor of HOLDERS) {
    const held = personIn(stage.relay.standIns, vendor, 'user_ada');
    expect(seen(held), `${where} in ${vendor}`).toMatchObject({ inDunning: true, status: 'active', stage: name });
    expect(flagged(held ?? {}).length, `${where}: flags in ${vendor}`).toBeGreaterThan(1);
  }
  expect(inSegment(stage)?.traits.get('in_dunning'), where).toBe(true);
  expect(dunningOf(inSegment(stage)?.entered), where).toHaveLength(1);
  const { episode } = stage;
  expect(await ask(stage, { episode }), where).toMatchObject({ suppress: false, reason: null });
};
export const isDunned =
  (expected: Dunned): OutsideStep =>
  (stage) =>
    expectDunned(stage, expected);

export interface Silenced {
  /** `dunning_status` everywhere. */
  readonly status: string;
  /** The guard's reason to a message of dunning. */
  readonly guard: string | null;
  /** The event that stops flows, and how it ended. */
  readonly exit: readonly [name: string, about: string];
  /** The line of the ledger. */
  readonly ledger: string;
}

/** While an operator's hold is in force. */
export const HELD = { status: 'held', guard: 'held', exit: ['dunning_exited', 'held'], ledger: 'held' } as const;

/** Once she has paid by herself. */
export const PAID_BY_HER: Silenced = {
  status: 'recovered',
  guard: 'other_state',
  exit: ['payment_recovered', 'customer_paid'],
  ledger: 'recovered',
};

/** Layer 3: at this very instant the guard stops the message, whichever way it is asked. */
export const guardStops =
  ({ guard, status }: Pick<Silenced, 'guard' | 'status'>): OutsideStep =>
  async (stage) => {
    const { episode } = stage;
    const expected = { suppress: true, dunning_status: status, as_of: toIso(stage.now) };
    expect(await ask(stage), 'the guard').toMatchObject({ ...expected, reason: guard });
    expect(await ask(stage, { episode }), 'the guard, of the episode').toMatchObject(expected);
    expect(await ask(stage, { message: 'pre_dunning' }), 'the guard, of cards').toMatchObject({ suppress: true });
    const thanks = await ask(stage, { message: 'recovery' });
    expect(thanks.suppress, 'the guard, of thanks').toBe(status !== 'recovered' || guard !== 'other_state');
  };

/** Layers 1 and 2: attributes in each tool, audiences in Segment, and the exit by its episode. */
export const toolsAreSilenced =
  ({ status, exit: [name, about] }: Silenced): OutsideStep =>
  (stage) => {
    const isHeld = status === 'held';
    for (const vendor of HOLDERS) {
      const held = personIn(stage.relay.standIns, vendor, 'user_ada') ?? {};
      expect(seen(held), vendor).toMatchObject({ inDunning: false, status });
      expect(
        flagged(held).filter((key) => !key.includes('dunning_recovered')),
        vendor,
      ).toEqual([]);
      const suppressed = Object.entries(held).find(([key]) => /^(recoup_)?dunning_suppressed(__c)?$/i.test(key));
      expect(isTrue(suppressed?.[1]), `dunning_suppressed in ${vendor}`).toBe(isHeld);
    }
    for (const vendor of MESSENGERS) {
      expect(edgesIn(stage, vendor).at(-1), `exit in ${vendor}`).toEqual({ name, episode: stage.episode, about });
    }
    const { traits, entered, flagged: flags } = inSegment(stage) ?? {};
    expect([traits?.get('in_dunning'), traits?.get('dunning_status')]).toEqual([false, status]);
    expect([dunningOf(entered), dunningOf(flags)], 'audiences in Segment').toEqual([[], []]);
    expect(entered?.has('suppressed')).toBe(isHeld);
    expect(exitsOf(stage.relay.segment).at(-1), 'Audience Exited').toMatch(/^dunning_(?!recovered)/);
  };

const exitsOf = (calls: readonly SegmentCall[]): readonly unknown[] =>
  calls
    .filter(({ event, userId }) => event === 'Audience Exited' && userId === 'user_ada')
    .map(({ properties }) => properties?.audience_key)
    .filter((key) => key !== 'suppressed');

const linesOf = async ({ relay, now }: OutsidePlay): Promise<readonly Suppression[]> =>
  (await relay.store.suppressions({ since: DAY_0, after: 0, limit: 1_000 })).filter(
    ({ receivedAt, userId }) => receivedAt > plus(now, -10 * MINUTE_MS) && (userId === null || userId === 'user_ada'),
  );

/** Of these each tool that messages or holds people has a line. */
const LEDGER_TOOLS = ['segment', 'braze', 'iterable', 'hubspot', 'salesforce'] as const;

/** Layer 5: each tool acknowledged it under its reason, and nothing is open. */
export const ledgerSays =
  ({ ledger }: Pick<Silenced, 'ledger'>): OutsideStep =>
  async (stage) => {
    const lines = await linesOf(stage);
    for (const tool of LEDGER_TOOLS) {
      const [line, ...others] = lines.filter((each) => each.tool === tool);
      expect(others, `one line of ${tool}`).toEqual([]);
      expect(line, tool).toMatchObject({ reason: ledger, episodeId: stage.episode, neverReached: false });
      expect(line?.acknowledgedAt, `${tool} acknowledged`).not.toBeNull();
    }
    const report = await suppressionReport(stage.relay.store, { since: DAY_0, now: stage.now });
    expect([report.openLeaks, report.leaks], 'open leaks').toEqual([0, []]);
  };

/** Layer 4: each tool was read back a minute later and holds it. */
export const isVerified: OutsideStep = async (stage) => {
  const lines = await linesOf(stage);
  const verified = lines.filter(({ verifiedAt }) => verifiedAt !== null).map(({ tool }) => tool);
  for (const tool of LEDGER_TOOLS) if (tool !== 'segment') expect(verified, 'verified').toContain(tool);
};

/** What was received stops everything: the guard before any decision, the tools with it, read back a minute later. */
export const isSilenced = (expected: Silenced): readonly OutsideStep[] => [
  guardStops(expected),
  settles,
  guardStops(expected),
  toolsAreSilenced(expected),
  ledgerSays(expected),
  wait(2 * MINUTE_MS),
  isVerified,
  toolsAreSilenced(expected),
];
