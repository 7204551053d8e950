import { beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { TOOLS } from '../../destinations/index.ts';
import type { RecordedRequest, Tool } from '../../src/destination-kit/define-tool.ts';
import { makeRecorderSink as makeToolRecorder } from '../../src/destination-kit/recorder.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import type { RawDecline } from '../../src/domain/decline.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { makeEngine } from '../../src/pipeline/engine.ts';
import type { SegmentSink } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { stripeTaxonomy } from '../../src/providers/stripe/taxonomy.ts';
import type { DeclineOptions } from '../../src/simulate/stripe-events.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { ALL_CODES, codesOf, refusalWith } from '../stripe-codes.ts';
import { DAY_0, day, hours } from './harness.ts';
import { bodyOf, findReasons, leavesOf, partsOf, reasonsOf, toOwnName } from './reasons-told.ts';
import { person } from './stage.ts';
import { type Bill, customerPays, fails, type Happening } from './stripe-happenings.ts';

/**
 * Whatever Stripe says of a refusal: tools are told the class, and nothing else. Tasks, which the people who sell read,
 * and the outbound webhook, which hears what Segment hears, are told the code where it may be told, and never else.
 */

const TELLS_CODES: ReadonlySet<Tool['subject']> = new Set(['hand_off', 'stream']);
const QUIET = TOOLS.filter(({ subject }) => !TELLS_CODES.has(subject));
const TELLING = TOOLS.filter(({ subject }) => TELLS_CODES.has(subject));

type Refusal = Partial<RawDecline> & Partial<Pick<DeclineOptions, keyof RawDecline>>;

/** One person for each code of each table, who fails with it until they pay. */
const DECLINES: readonly Refusal[] = [
  ...codesOf('declineCode').map((code) => ({ declineCode: code })),
  ...codesOf('errorCode').map((code) => ({ declineCode: null, errorCode: code })),
  ...codesOf('blockedReason').map((code) => ({ declineCode: 'generic_decline', blockedReason: code })),
  ...codesOf('networkDeclineCode').map((code) => ({ declineCode: 'generic_decline', networkDeclineCode: code })),
  ...codesOf('adviceCode').map((code) => ({ declineCode: 'fraudulent', adviceCode: code })),
  ...codesOf('networkAdviceCode').map((code) => ({ declineCode: 'lost_card', networkAdviceCode: code })),
];

const toRaw = (decline: Refusal): RawDecline => refusalWith({ errorCode: 'card_declined', ...decline });
const nameOf = (index: number): string => `p${index}`;
const show = (decline: Refusal): string => Object.values(decline).filter(Boolean).join(' ');

/** The names of the people that a text is about. */
const peopleIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/(?:user|cus)_(p\d+)(?!\d)/g)].flatMap(([, name = '']) => name)),
];

/** Those whose reason may not be told. */
const HIDDEN: ReadonlySet<string> = new Set(
  DECLINES.flatMap((decline, index) => (stripeTaxonomy.classify(toRaw(decline)).disclosable ? [] : nameOf(index))),
);

/** That a reason is withheld. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['failure_category: undisclosed']);

// ---------------------------------------------------------------- the story

type SegmentCall = Parameters<SegmentSink['send']>[0][number];

interface Told {
  readonly byTool: ReadonlyMap<string, readonly RecordedRequest[]>;
  readonly segment: readonly SegmentCall[];
}

const billOf = (index: number): Bill => ({
  invoice: `in_${nameOf(index)}`,
  subscription: `sub_${nameOf(index)}`,
  amount: 4_900,
});

const ALL = 10_000;

/** How fast a tool may be called, and that some take one record in a call, is not told here. */
const openRecorder = (tool: Tool, onRequest: (request: RecordedRequest) => void): ToolSink => {
  const recorder = makeToolRecorder(tool, { onRequest });
  const objects = recorder.limits.objects === 1 ? ALL : recorder.limits.objects;
  return { ...recorder, limits: { ...recorder.limits, objects, callsPerSecond: Number.POSITIVE_INFINITY } };
};

/** These people fail twice and half of them pay, on one relay whose tools are recorders. */
const play = async (sendUndisclosedCodes: boolean, people: readonly number[]): Promise<Told> => {
  const clock = makeVirtualClock(DAY_0);
  const byTool = new Map(TOOLS.map(({ key }) => [key, [] as RecordedRequest[]] as const));
  const segment: SegmentCall[] = [];
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  const engine = makeEngine({
    store,
    clock,
    policy: { ...DEFAULT_POLICY, plans: { ...DEFAULT_POLICY.plans, highValue: ['pro'] }, sendUndisclosedCodes },
    audiences: AUDIENCES,
    providers: { stripe },
    namespace: 'test',
    random: () => 0.5,
    log: { warn: () => {}, error: () => {} },
    segment: {
      name: 'segment',
      send: async (calls) => {
        segment.push(...calls);
        return calls.map(() => ({ result: 'delivered' }));
      },
      close: async () => {},
    },
    recorder: {
      name: 'recorder',
      send: async (calls) => calls.map(() => ({ result: 'delivered' })),
      close: async () => {},
    },
    tools: TOOLS.map((tool) => ({
      tool: tool.key,
      subject: tool.subject,
      segmentNames: tool.segmentNames,
      live: null,
      recorder: openRecorder(tool, (request) => byTool.get(tool.key)?.push(request)),
    })),
    deliverTestMode: false,
  });

  const settle = async (now: Instant): Promise<void> => {
    clock.moveTo(now);
    for (let isMoving = true; isMoving; ) {
      const decided = await engine.runDue(now);
      const { settled, nextAt } = await engine.deliverDue(now);
      isMoving = decided > 0 || settled > 0 || (nextAt !== null && nextAt <= now);
    }
  };
  const happens = async (now: Instant, to: (index: number) => Happening | null): Promise<void> => {
    const bodies = people.flatMap((index) =>
      (to(index)?.(person(nameOf(index)), now) ?? []).map((event) => JSON.stringify(event)),
    );
    await store.accept(bodies.map((rawBody) => toDelivery(stripe, rawBody, now)));
    await settle(now);
    // What waits for other webhooks of its instant, and for the end of a rate's second.
    for (const later of [hours(1), hours(2)]) await settle((now + later) as Instant);
  };
  const failure = (attempt: number, retryAt: Instant | null) => (index: number) =>
    fails(billOf(index), { attempt, retryAt, decline: DECLINES[index] ?? {} });
  await happens(DAY_0, failure(1, day(3)));
  await happens(day(3), failure(2, null));
  await happens(day(4), (index) => (index % 2 === 0 ? customerPays(billOf(index), { attempt: 2 }) : null));
  await store.close();
  return { byTool, segment };
};

/** Far more than it takes: on a busy machine. */
const PLAY_TIMEOUT_MS = 60_000;

/** By default as many people as it takes: what Segment is not told, no tool can be told. */
const EVERYBODY = DECLINES.map((_, index) => index);
const SOME = EVERYBODY.filter((index) => HIDDEN.has(nameOf(index)) || index % 8 === 0);

describe.each([
  [true, EVERYBODY],
  [false, SOME],
])('where policy sends undisclosable codes to Segment: %s', (sendsCodes, people) => {
  const declines = people.map((index) => DECLINES[index] ?? {});
  let told: Told;
  beforeAll(async () => {
    told = await play(sendsCodes, people);
  }, PLAY_TIMEOUT_MS);
  const requestsOf = (tool: Tool): readonly RecordedRequest[] => told.byTool.get(tool.key) ?? [];

  test('the story tells every code: Segment hears them', () => {
    const heard = JSON.stringify(told.segment);
    const expected = declines.filter((decline) => sendsCodes || stripeTaxonomy.classify(toRaw(decline)).disclosable);
    const codes = expected.flatMap((decline) => stripeTaxonomy.classify(toRaw(decline)).failureCode ?? []);
    expect(codes.filter((code) => !heard.includes(`"failure_code":"${code}"`))).toEqual([]);
    expect(heard.includes('"failure_code":"stolen_card"')).toBe(sendsCodes);
  });

  test.each(QUIET.map((tool) => [tool.key, tool] as const))('%s hears no raw code and no category', (_key, tool) => {
    expect(findReasons(requestsOf(tool))).toEqual([]);
  });

  describe.each(TELLING.map((tool) => [tool.key, tool] as const))('%s', (_key, tool) => {
    const told = () => requestsOf(tool).flatMap(partsOf);

    test('hears no code and no category that may not be told', () => {
      const kept = told().filter((part) => peopleIn(JSON.stringify(part)).some((name) => HIDDEN.has(name)));
      expect(kept.length).toBeGreaterThan(HIDDEN.size - 1);
      expect([...new Set(kept.flatMap(reasonsOf))].filter((reason) => !SAYS_NOTHING.has(reason))).toEqual([]);
    });

    test('hears codes that may be told: whoever would not see one here sees nothing', () => {
      expect(told().flatMap(reasonsOf).length).toBeGreaterThan(0);
    });
  });

  describe.each(TOOLS.map((tool) => [tool.key, tool] as const))('%s', (_key, tool) => {
    test('hears of everybody', () => {
      const bodies = requestsOf(tool).map(({ body }) => body);
      expect(bodies.length).toBeGreaterThan(3);
      const heard = new Set(requestsOf(tool).flatMap(({ url, body }) => peopleIn(url + body)));
      expect(people.map(nameOf).filter((name) => !heard.has(name))).toEqual([]);
    });

    test('hears the class of each, and only that', () => {
      const words = requestsOf(tool)
        .flatMap((request) => leavesOf(bodyOf(request)))
        .filter(({ name, value }) => /failure_class$/.test(toOwnName(name)) && value !== name && (value ?? '') !== '')
        .map(({ value }) => value);
      const classes = declines.map((decline) => stripeTaxonomy.classify(toRaw(decline)).failureClass);
      expect(new Set(words)).toEqual(new Set(tool.subject === 'person' || words.length > 0 ? classes : []));
    });
  });
});

describe('this test', () => {
  const asked = (body: unknown): readonly RecordedRequest[] => [
    { method: 'POST', url: 'https://tool.example.com', body: typeof body === 'string' ? body : JSON.stringify(body) },
  ];

  test.each([
    ['a code in a field', { users: [{ dataFields: { note: 'stolen_card' } }] }, ['note: stolen_card']],
    ['a code in a sentence', { text: 'The bank said: fraudulent.' }, ['text: fraudulent']],
    ['a code as a name', { lost_card: true }, ['lost_card: lost_card']],
    ['a category', { failure_category: 'lost_or_stolen' }, ['failure_category: lost_or_stolen']],
    ['the code of a network', { code: '41' }, ['code: 41']],
    ['a class under another name', { reason: 'insufficient_funds' }, ['reason: insufficient_funds']],
    ['a code where the class belongs', { failure_class: 'pickup_card' }, ['failure_class: pickup_card']],
    ['a body that is no JSON', 'declined as restricted_card', [': restricted_card']],
  ])('would notice %s', (_case, body, found) => {
    expect(findReasons(asked(body))).toEqual(found);
  });

  test('minds no class, and no word that only looks like a code', () => {
    const body = { failure_class: 'insufficient_funds', next_retry_status: 'blocked', at: '2026-03-01', amount: 41 };
    expect(findReasons(asked(body))).toEqual([]);
  });

  test('has a person for every code', () => {
    expect(DECLINES.map(show).length).toBe(ALL_CODES.length);
  });
});
