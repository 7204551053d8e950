import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import type { DeadLetter, Store } from '../../src/pipeline/ports.ts';
import type { ToolChange, ToolRow, ToolSettlement } from '../../src/pipeline/tools/tool-ports.ts';
import { arrive, decideBy, type Named, settle } from './store-people.ts';
import { later } from './store-samples.ts';
import type { Subject } from './store-suite.ts';
import {
  dueInModel,
  type ModelRow,
  pictureOfModel,
  pictureOfRow,
  replayInModel,
  settleInModel,
  wantInModel,
} from './store-tool-model.ts';
import {
  ABSENT,
  accountOf,
  DELIVERED,
  edge,
  FOREVER,
  RECORDED,
  REJECTED,
  RETRY,
  UNKNOWN,
  want,
  wanted,
} from './store-tool-samples.ts';

const OUTCOMES = [DELIVERED, RECORDED, ABSENT, REJECTED, RETRY, UNKNOWN] as const;

interface Wish {
  readonly user: number;
  readonly desired: { readonly a: number; readonly b: number };
  /** By turns entries, exits and news. */
  readonly edges: readonly number[];
  readonly urgent: boolean;
}

/** An account turns out to be somebody's. */
interface Move {
  readonly user: number;
  readonly person: number;
}

interface Call {
  readonly rows: number;
  /** An index of the outcomes for each row. */
  readonly outcomes: readonly number[];
  readonly dropsFirst: boolean;
  /** Decided while the call is under way. */
  readonly meanwhile: Wish | null;
  /** Found while the call is under way, before that. */
  readonly moved: Move | null;
  /** What happens between the answer and its writing down: it is lost, or comes twice. */
  readonly ending: 'settled' | 'crashed' | 'twice';
}

type Step = { readonly wish: Wish } | { readonly call: Call } | { readonly move: Move } | { readonly replay: true };

const wish = fc.record({
  user: fc.nat(2),
  desired: fc.record({ a: fc.nat(2), b: fc.nat(2) }),
  edges: fc.array(fc.nat(7), { maxLength: 3 }),
  urgent: fc.boolean(),
});
const move = fc.record({ user: fc.nat(2), person: fc.nat(1) });
const call = fc.record({
  rows: fc.integer({ min: 1, max: 3 }),
  outcomes: fc.array(fc.nat(OUTCOMES.length - 1), { minLength: 3, maxLength: 3 }),
  dropsFirst: fc.boolean(),
  meanwhile: fc.option(wish),
  moved: fc.option(move),
  ending: fc.constantFrom('settled', 'settled', 'crashed', 'twice'),
} as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ wish }) },
  { weight: 5, arbitrary: fc.record({ call }) },
  { weight: 2, arbitrary: fc.record({ move }) },
  { weight: 1, arbitrary: fc.constant({ replay: true } as const) },
);

/** One tool of one run, in the store and in the model. */
interface Play {
  readonly store: Store;
  readonly tool: string;
  readonly rows: ModelRow[];
  /** Whose each account is. */
  readonly names: Record<string, Named>;
  now: Instant;
  elapsed: number;
}

const pass = (play: Play): Instant => {
  play.elapsed += 10;
  play.now = later(play.elapsed);
  return play.now;
};

const ROLES = ['entry', 'exit', 'news'] as const;

const customerIn = (tool: string, user: number): string => `cus_${tool}_${user}`;

const toChange = ({ tool }: Play, { user, desired, edges, urgent }: Wish): ToolChange =>
  wanted({
    tool,
    userId: `u_${user}`,
    account: accountOf(customerIn(tool, user)),
    desired,
    urgent,
    edges: edges.map((n) => edge(`e_${n}`, ROLES[n % 3], `ep_${n >> 1}`)),
  });

const playWish = async (play: Play, one: Wish): Promise<void> => {
  const at = pass(play);
  const change = toChange(play, one);
  await want(play.store, [change], { customer: customerIn(play.tool, one.user), at });
  wantInModel(play.rows, change, at);
};

/** Nothing that the tools are told, or that is known of them, changes by that. */
const playMove = async ({ store, tool, names }: Play, { user, person }: Move): Promise<void> => {
  const customer = customerIn(tool, user);
  names[customer] = { user: `${tool}_${person}` };
  await arrive(store, customer);
  await settle(store, decideBy(names));
};

/** What the engine would send: what differs, or is not known to be there. */
const differing = ({ desired, delivered, uncertain }: ToolRow): Record<string, ToolRow['desired'][string]> =>
  Object.fromEntries(
    Object.entries(desired).filter(([name, value]) => delivered?.[name] !== value || uncertain.includes(name)),
  );

const playCall = async (play: Play, one: Call): Promise<void> => {
  const { store, tool } = play;
  const now = pass(play);
  const sending = await store.nextToolRows({ tool, channel: 'live', now, limit: one.rows });
  const due = dueInModel(play.rows, now).slice(0, one.rows);
  expect(sending.map(pictureOfRow)).toEqual(due.map(pictureOfModel));
  const versions = due.map(({ version }) => version);
  if (one.moved !== null) await playMove(play, one.moved);
  if (one.meanwhile !== null) await playWish(play, one.meanwhile);
  if (one.ending === 'crashed') return;
  const settlements = sending.map((row, index): ToolSettlement => {
    const seqs = row.edges.map(({ seq }) => seq);
    const [dropped, edges] = one.dropsFirst ? [seqs.slice(0, 1), seqs.slice(1)] : [[], seqs];
    const outcome = OUTCOMES[one.outcomes[index] ?? 0] ?? DELIVERED;
    return { row, sent: differing(row), edges, dropped, outcome };
  });
  const at = pass(play);
  // Some wait a step or two.
  const retryAt = later(play.elapsed + 15);
  await store.settleTools(settlements, retryAt, at);
  if (one.ending === 'twice') await store.settleTools(settlements, retryAt, at);
  for (const [index, { row, sent, edges, dropped, outcome }] of settlements.entries()) {
    const model = play.rows.find(({ userId }) => userId === row.userId);
    const idsOf = (seqs: readonly number[]) => row.edges.filter(({ seq }) => seqs.includes(seq)).map((e) => e.event.id);
    const sentIds = { edges: idsOf(edges), dropped: idsOf(dropped) };
    if (model !== undefined)
      settleInModel(model, { version: versions[index] ?? 0, sent, ...sentIds, result: outcome.result }, retryAt, at);
  }
};

const openLetters = async ({ store, tool }: Play): Promise<readonly DeadLetter[]> => {
  const letters = await store.deadLetters({ replayed: false, limit: 1_000 });
  return letters.filter(({ subject }) => subject.startsWith(`${tool} `));
};

const playReplay = async (play: Play): Promise<void> => {
  const at = pass(play);
  const mine = await openLetters(play);
  expect(
    await play.store.replayDeadLetters(
      mine.map(({ seq }) => seq),
      at,
    ),
  ).toBe(mine.length);
  for (const row of play.rows)
    if (mine.some(({ subject }) => subject === `${play.tool} ${row.userId}`)) replayInModel(row, at);
};

const count = (rows: readonly ModelRow[], of: (row: ModelRow) => boolean): number => rows.filter(of).length;
const least = (all: readonly number[]): number | null => (all.length === 0 ? null : Math.min(...all));

const compare = async (play: Play): Promise<void> => {
  const { store, tool, rows } = play;
  const letters = (await openLetters(play)).map(({ subject, createdAt }) => [subject, createdAt]);
  const owed = rows.flatMap(({ userId, letterAt }) => (letterAt === null ? [] : [[`${tool} ${userId}`, letterAt]]));
  expect(letters.toSorted()).toEqual(owed.toSorted());
  const all = await store.nextToolRows({ tool, channel: 'live', now: FOREVER, limit: 100 });
  const waiting = dueInModel(rows, FOREVER);
  expect(all.map(pictureOfRow)).toEqual(waiting.map(pictureOfModel));
  expect(await store.nextToolRetryAt(tool, 'live')).toBe(least(waiting.map(({ retryAt }) => retryAt)));
  const counts = (await store.toolCounts()).find((one) => one.tool === tool);
  if (rows.length === 0) return;
  expect(counts).toEqual({
    tool,
    channel: 'live',
    settled: count(rows, ({ status }) => status === 'settled'),
    waiting: waiting.length,
    dead: count(rows, ({ status }) => status === 'dead'),
    urgent: count(waiting, ({ urgent }) => urgent),
    oldestWaitingAt: least(waiting.map(({ since }) => since)),
  });
};

const playStep = async (play: Play, one: Step): Promise<void> => {
  if ('wish' in one) await playWish(play, one.wish);
  else if ('call' in one) await playCall(play, one.call);
  else if ('move' in one) await playMove(play, one.move);
  else await playReplay(play);
  await compare(play);
};

/** What holds however decisions, calls, their outcomes, crashes and replays come. */
export const toolsAtRandom = (store: Subject, numRuns: number): void => {
  it('tools hold what they are told to, whatever the order of decisions, moves, outcomes, crashes and replays', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        runs += 1;
        const play: Play = { store: store(), tool: `tool_${runs}`, rows: [], names: {}, now: later(0), elapsed: 0 };
        for (const one of steps) await playStep(play, one);
      }),
      { numRuns },
    );
  }, 20_000);
};
