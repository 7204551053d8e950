import type { Instant } from '../../domain/instant.ts';
import { instant } from '../../domain/instant.ts';
import type { ApiStore, Progress } from './api-ports.ts';
import { parseObject } from './json.ts';

/** Begins a backfill, or finds the one that was begun: what it was asked then holds until it is finished. */

export type Emit = 'none' | 'open' | 'all';

export interface BackfillRequest {
  /** The connected account; the empty string for the key's own. */
  readonly merchant: string;
  /** How far back, as it was typed: two runs with the same words are one backfill. */
  readonly sinceText: string;
  /** What these words mean now; a run that goes on keeps what they meant at first. */
  readonly since: Instant;
  readonly emit: Emit;
  /** From the beginning, although it was begun or even finished before. */
  readonly again: boolean;
}

/** What was settled when it began. */
export interface Begun {
  readonly since: Instant;
  readonly startedAt: Instant;
  readonly emit: Emit;
}

export type Beginning =
  | {
      readonly result: 'go';
      readonly begun: Begun;
      readonly progress: Readonly<Record<string, Progress>>;
      readonly resumed: boolean;
    }
  /** Nothing is left to read. */
  | { readonly result: 'finished'; readonly begun: Begun }
  /** It is under way with other words on what to say. */
  | { readonly result: 'other_emit'; readonly begun: Begun };

/** The part that stands for the whole; no list is read for it. */
const WHOLE = 'backfill';

/** The store's name for a backfill. */
export const backfillId = (provider: string, mode: string, { merchant, sinceText }: BackfillRequest): string =>
  [provider, mode, merchant, sinceText].join(' ');

const toEmit = (value: unknown): Emit => (value === 'open' || value === 'all' ? value : 'none');

const parseBegun = ({ cursor }: Progress): Begun => {
  const { since, startedAt, emit } = parseObject(JSON.parse(cursor)) ?? {};
  return { since: instant(Number(since)), startedAt: instant(Number(startedAt)), emit: toEmit(emit) };
};

type BeginStore = Pick<ApiStore, 'saveBackfill' | 'backfillProgress'>;

const saveWhole = (
  store: BeginStore,
  id: string,
  whole: { begun: Begun; done: boolean; now: Instant },
): Promise<number> => {
  const progress = { cursor: JSON.stringify(whole.begun), read: 0, done: whole.done };
  return store.saveBackfill({ id, part: WHOLE, progress, deliveries: [] }, whole.now);
};

/** Ends it: from now on it is refused unless it is asked for again. */
export const finish = async (store: BeginStore, id: string, begun: Begun, now: Instant): Promise<void> => {
  await saveWhole(store, id, { begun, done: true, now });
};

/** Finds out where to go on, or why not. */
export const begin = async (
  store: BeginStore,
  id: string,
  request: BackfillRequest,
  now: Instant,
): Promise<Beginning> => {
  const progress = await store.backfillProgress(id);
  const whole = progress[WHOLE];
  if (whole !== undefined && !request.again) {
    const begun = parseBegun(whole);
    if (whole.done) return { result: 'finished', begun };
    if (begun.emit !== request.emit) return { result: 'other_emit', begun };
    return { result: 'go', begun, progress, resumed: true };
  }
  const begun = { since: request.since, startedAt: now, emit: request.emit };
  const nothing = { cursor: '', read: 0, done: false };
  // The whole comes last: killed in between, it still is what it was before.
  for (const part of Object.keys(progress).filter((name) => name !== WHOLE)) {
    await store.saveBackfill({ id, part, progress: nothing, deliveries: [] }, now);
  }
  await saveWhole(store, id, { begun, done: false, now });
  return { result: 'go', begun, progress: {}, resumed: false };
};
