import type { MultiStatusResponse, RequestClient } from '@segment/actions-core';
import { BodyTooLarge } from '../../src/destination-kit/failure.ts';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import type { PartOutcome } from './bulk-answer.ts';
import { isSuppressed, parseCampaigns } from './cancel-campaigns.ts';
import { type Cancel, cancelSends } from './cancel-sends.ts';
import {
  type BulkCall,
  type Part,
  type SyncPayload,
  TRACK_EVENTS,
  toEventParts,
  toUserParts,
  UPDATE_USERS,
} from './parts.ts';
import { type Post, sendParts } from './send-parts.ts';
import { type IterableSettings, toUrl } from './settings.ts';

/** Iterable's limit of a body. */
export const MAX_BYTES = 4_000_000;

/**
 * Brings state and events of the same people to Iterable: users first, since flows look at them when an event comes. Both
 * by the bulk endpoints, always: single and bulk calls are processed apart, and of two about one user the later may win.
 * Then what is scheduled for those who are not to be dunned is canceled: of flows that stopped nothing more is scheduled.
 * @throws HTTPError or what the request client throws, when the first request failed: nothing was taken then.
 */
export const sync = async (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: IterableSettings,
): Promise<MultiStatusResponse> => {
  const users = toUserParts(payloads);
  const events = toEventParts(payloads);
  // Before anything is taken: afterwards nobody could be told that fewer would pass.
  refuseTooLarge(UPDATE_USERS, users);
  refuseTooLarge(TRACK_EVENTS, events);
  const post =
    (call: BulkCall): Post =>
    async (objects) =>
      (await request(toUrl(settings, call.path), { method: 'post', json: call.toBody(objects) })).data;

  const userOutcomes = byPayload(await sendParts(post(UPDATE_USERS), users, { mayThrow: true }));
  const ready = events.filter(({ payload }) => isSettled(userOutcomes.get(payload)));
  const eventOutcomes = byPayload(await sendParts(post(TRACK_EVENTS), ready, { mayThrow: users.length === 0 }));
  // Also of whom Iterable took nothing now: it is decided, and waiting helps nobody.
  const leaving = payloads.filter(isSuppressed);
  const cancel: Cancel = ({ channel, campaignId }, userId) =>
    request(toUrl(settings, `/api/${channel}/cancel`), { method: 'post', json: { campaignId, userId } });
  const ids = leaving.map(({ user_id: userId }) => userId);
  const uncanceled = await cancelSends(cancel, ids, parseCampaigns(settings.cancel_campaigns ?? ''));
  const outcomes = payloads.map(({ user_id: userId }, index) =>
    withCancel(toOutcome(userOutcomes.get(index), eventOutcomes.get(index)), uncanceled.get(userId)),
  );
  return toMultiStatus(outcomes, payloads);
};

/**
 * A record is not done while a send may still be scheduled. What was taken of it has to be asserted again along with it: the
 * state may be another by then.
 */
const withCancel = (outcome: ActionOutcome, whyNot: string | undefined): ActionOutcome =>
  whyNot === undefined || outcome.result === 'unknown' || outcome.result === 'retry'
    ? outcome
    : { result: 'unknown', reason: `scheduled sends not canceled: ${whyNot}; attributes told` };

const refuseTooLarge = ({ toBody }: BulkCall, parts: readonly Part[]): void => {
  const bytes = Buffer.byteLength(JSON.stringify(toBody(parts.flatMap(({ objects }) => objects))));
  if (bytes > MAX_BYTES) throw new BodyTooLarge(bytes, MAX_BYTES);
};

const byPayload = (outcomes: ReadonlyMap<Part, PartOutcome>): ReadonlyMap<number, PartOutcome> =>
  new Map([...outcomes].map(([{ payload }, outcome]) => [payload, outcome]));

/** Whether events may follow: not while the state may come after them. An exit follows even where the state was refused. */
const isSettled = (users: PartOutcome | undefined): boolean =>
  users === undefined || users.result === 'taken' || users.result === 'refused';

/** What became of a payload, of what became of its user and of its events; undefined: it has none, or they were held back. */
export const toOutcome = (user: PartOutcome | undefined, events: PartOutcome | undefined): ActionOutcome => {
  const parts = [user, events].filter((part) => part !== undefined);
  const unknown = parts.find(({ result }) => result === 'unknown');
  if (unknown?.result === 'unknown') return { result: 'unknown', reason: unknown.reason };
  if (user?.result === 'not_taken') return { result: 'retry', at: null, reason: user.reason };
  if (events?.result === 'not_taken') return toOwed(user, events.reason);
  // Iterable makes users in the background: one that was taken a moment ago it may not know yet.
  if (events?.result === 'refused' && events.isStranger && user?.result === 'taken') return toOwed(user, events.reason);
  return toFinal(user, events);
};

/** Events that were not taken go again. State that was taken with them has to be asserted again: it may be another by then. */
const toOwed = (user: PartOutcome | undefined, why: string): ActionOutcome => {
  const reason = `events not taken: ${why}`;
  return user === undefined
    ? { result: 'retry', at: null, reason }
    : { result: 'unknown', reason: `${reason}; attributes told` };
};

const toFinal = (user: PartOutcome | undefined, events: PartOutcome | undefined): ActionOutcome => {
  const told = [
    ['attributes', user],
    ['events', events],
  ] as const;
  const refused = told.flatMap(([name, part]) =>
    part?.result === 'refused' ? [`${name} refused: ${part.reason}`] : [],
  );
  const taken = told.flatMap(([name, part]) => (part?.result === 'taken' ? [name] : []));
  if (refused.length > 0) {
    const isPartly = taken.length > 0 || [user, events].some((part) => part?.result === 'refused' && part.partly);
    const reason = [...refused, ...taken.map((name) => `${name} taken`)].join('; ');
    return { result: 'rejected', reason, ...(isPartly ? { partly: true } : {}) };
  }
  const warnings = [user, events].flatMap((part) => (part?.result === 'taken' ? part.warnings : []));
  return { result: 'delivered', warning: warnings.length === 0 ? null : [...new Set(warnings)].join('; ') };
};
