import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { makeQueue } from '../world/queue.ts';
import type { TrueStanding, Truth, TruthChange } from './truth.ts';

/** A messaging tool as the judge sees it. */
export interface JudgedTool {
  readonly tool: string;
  readonly isInDunning: (userId: string) => boolean;
  /** Since when the tool answers well after whatever went wrong last; null: it does not. */
  readonly wellSince: () => number | null;
  /** The last trouble that met a call about the person, `Infinity` while a call of theirs is held back. */
  readonly lastTroubleOf: (userId: string) => number;
  /** The last call about the person that the tool took well and at once. */
  readonly lastWellOf: (userId: string) => number;
}

interface JudgedMessage {
  readonly tool: string;
  readonly userId: string;
  readonly at: number;
  readonly step: number;
}

/** A message that went to somebody who was not to be written to. */
interface WrongMessage extends JudgedMessage {
  /** When the door learned that they were not. */
  readonly suppressedAt: number;
  /** No layer could work: see `makeJudge`. */
  readonly isExcused: boolean;
}

export interface Verdict {
  readonly rightly: number;
  readonly wrong: readonly WrongMessage[];
  /** People of whom a tool should have written within two hours: how many it did, and whom it did not. */
  readonly served: number;
  readonly missed: readonly { readonly tool: string; readonly userId: string; readonly at: number }[];
  /** How long each suppression took from the door to the tool, in ms: by tool, `state` and `exit`. */
  readonly tookMs: Readonly<Record<string, readonly number[]>>;
  /** Suppressions of which a tool does not show the state yet. */
  readonly leaks: readonly { readonly tool: string; readonly userId: string; readonly since: number }[];
}

export interface Judge {
  readonly onChange: (change: TruthChange) => void;
  readonly onMessage: (message: JudgedMessage) => void;
  /** Something was written to the person in the tool, now. */
  readonly onWrite: (tool: string, userId: string, now: number) => void;
  /** A flow's exit was heard, now. */
  readonly onExit: (tool: string, userId: string, now: number) => void;
  /** Looks after what was to have happened by `now`. */
  readonly pass: (now: number) => void;
  readonly verdict: () => Verdict;
}

/** So long after a tool answers again nobody who is suppressed may be written to, even with no guard. */
const SETTLED_WITHIN_MS = 120 * SECOND_MS;
/** Who is in dunning gets the first message within so long, if nothing stands in the way. */
const SERVED_WITHIN_MS = 2 * HOUR_MS;
/** What happened longer ago than this is not announced to flows (semantics E6), with a margin. */
const TIMELY_MS = 50 * MINUTE_MS;

interface JudgeOptions {
  /** Whether the flows' templates ask the guard. */
  readonly asksGuard: boolean;
  /** How late the promptest of state and exit is by the run's own wish, in ms; 0 by default. */
  readonly lateMs?: number;
  /** Nobody can be written to by the run's own wish, so that nobody is missed. */
  readonly isMute?: boolean;
}

interface Hope extends TruthChange {
  readonly tool: JudgedTool;
}

/**
 * Judges messages against the truth at the instant of sending.
 *
 * A message at t to somebody who is suppressed, as the door knew before t, is a violation. It is excused only while no
 * layer could work. The guard always works: it asks the store, not the tool; where flows ask it nothing is excused.
 * Where they do not ask, state and exits work in a tool from 120 s after the latest of: the suppression reached the
 * door; the tool answered well again after its last fault; a call about the person that met a fault, or was applied
 * late, was followed by one that did not; and so much later as the layers are said to be.
 */
export const makeJudge = (
  truth: Truth,
  tools: readonly JudgedTool[],
  { asksGuard, lateMs = 0, isMute = false }: JudgeOptions,
): Judge => {
  const wrong: WrongMessage[] = [];
  const missed: { tool: string; userId: string; at: number }[] = [];
  const tookMs: Record<string, number[]> = {};
  /** By tool and person: since when the tool is to show that they are suppressed. */
  const waiting = new Map<string, { readonly tool: string; readonly userId: string; readonly since: number }>();
  const exits = new Map<string, number>();
  const lastMessages = new Map<string, number>();
  const hopes = makeQueue<Hope>();
  let rightly = 0;
  let served = 0;

  const worksSince = (tool: JudgedTool, userId: string, { since }: TrueStanding): number => {
    const trouble = tool.lastTroubleOf(userId);
    const isMended = tool.lastWellOf(userId) > trouble || trouble === 0;
    return Math.max(since, tool.wellSince() ?? Number.POSITIVE_INFINITY, isMended ? trouble : Number.POSITIVE_INFINITY);
  };

  const took = (layer: string, since: number, now: number): void => {
    const known = tookMs[layer] ?? [];
    known.push(now - since);
    tookMs[layer] = known;
  };

  const isHopeless = ({ tool, userId, standing }: Hope): boolean => {
    const now = truth.of(userId);
    const wellSince = tool.wellSince();
    return (
      !now.inDunning ||
      now.hinted ||
      now.since !== standing.since ||
      wellSince === null ||
      wellSince > standing.since ||
      tool.lastTroubleOf(userId) > standing.since
    );
  };

  const startWaiting = ({ userId, standing: { since } }: TruthChange): void => {
    for (const { tool, isInDunning } of tools) {
      const key = `${tool} ${userId}`;
      if (!isInDunning(userId)) continue;
      waiting.set(key, { tool, userId, since });
      exits.set(key, since);
    }
  };

  return {
    onChange: (change) => {
      const { userId, standing, lateMs: underWayMs } = change;
      if (!standing.inDunning) return startWaiting(change);
      for (const tool of tools) {
        waiting.delete(`${tool.tool} ${userId}`);
        exits.delete(`${tool.tool} ${userId}`);
        if (!isMute && underWayMs < TIMELY_MS) hopes.push(standing.since + SERVED_WITHIN_MS, { ...change, tool });
      }
    },
    onMessage: (message) => {
      const { tool, userId, at } = message;
      lastMessages.set(`${tool} ${userId}`, at);
      const standing = truth.of(userId);
      if (standing.inDunning) {
        rightly += 1;
        return;
      }
      const judged = tools.find((each) => each.tool === tool);
      const works = judged === undefined || asksGuard ? standing.since : worksSince(judged, userId, standing);
      const isExcused = !asksGuard && at <= works + SETTLED_WITHIN_MS + lateMs;
      wrong.push({ ...message, suppressedAt: standing.since, isExcused });
    },
    onWrite: (tool, userId, now) => {
      const key = `${tool} ${userId}`;
      const left = waiting.get(key);
      if (left === undefined || tools.find((each) => each.tool === tool)?.isInDunning(userId) !== false) return;
      waiting.delete(key);
      took(`${tool} state`, left.since, now);
    },
    onExit: (tool, userId, now) => {
      const since = exits.get(`${tool} ${userId}`);
      if (since === undefined) return;
      exits.delete(`${tool} ${userId}`);
      took(`${tool} exit`, since, now);
    },
    pass: (now) => {
      for (let hope = hopes.takeDue(now); hope !== undefined; hope = hopes.takeDue(now)) {
        const { tool, userId, standing } = hope;
        const at = standing.since;
        if ((lastMessages.get(`${tool.tool} ${userId}`) ?? 0) >= at) served += 1;
        else if (!isHopeless(hope)) missed.push({ tool: tool.tool, userId, at });
      }
    },
    verdict: () => ({ rightly, wrong, served, missed, tookMs, leaks: [...waiting.values()] }),
  };
};
