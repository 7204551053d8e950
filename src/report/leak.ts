import type { Instant } from '../domain/instant.ts';
import type { OpenLeak, ToolPause } from '../pipeline/suppressions/suppression-ports.ts';

/** Why a tool has not acknowledged. */
type LeakCause =
  /** It refused the record: a dead letter holds it back. */
  | 'dead_letter'
  /** It refuses the relay: key, permissions, address. */
  | 'stopped'
  /** It takes no calls now: throttled, out of order. */
  | 'paused'
  /** It was asked and did not take it; asked again by itself. */
  | 'retrying'
  /** Not sent yet. */
  | 'waiting';

/** Somebody who may still be written to by a tool, and what to do. */
export interface Leak {
  readonly tool: string;
  readonly userId: string | null;
  readonly episodeId: string | null;
  readonly reason: OpenLeak['reason'];
  readonly receivedAt: Instant;
  readonly ageMs: number;
  readonly cause: LeakCause;
  /** The tool's own word, or until when it is left alone; null: nothing is known. */
  readonly detail: string | null;
  /** Number of the dead letter; null: none. */
  readonly deadLetter: number | null;
  /** One sentence for a person. */
  readonly advice: string;
}

const causeOf = (leak: OpenLeak, pause: ToolPause | undefined): LeakCause => {
  if (leak.deadLetter !== null || leak.status === 'dead') return 'dead_letter';
  if (pause !== undefined) return pause.stopped ? 'stopped' : 'paused';
  return leak.failures > 0 || leak.lastResult === 'retry' || leak.lastResult === 'unknown' ? 'retrying' : 'waiting';
};

/** What the tool goes on with and how a person ends it: a task is worked by somebody, and no flow sends it. */
const byHand = (tool: string): { readonly one: string; readonly all: string } =>
  tool.endsWith('-tasks')
    ? { one: `Close their task in ${tool} by hand`, all: 'tell whoever works its dunning tasks' }
    : { one: `Take them out of the flow in ${tool} by hand`, all: 'pause its dunning flows there' };

const adviceOf = (cause: LeakCause, { tool, deadLetter }: OpenLeak): string => {
  const { one, all } = byHand(tool);
  switch (cause) {
    case 'dead_letter':
      return `${one}, mend the cause, then replay dead letter ${deadLetter ?? '(see the list)'}.`;
    case 'stopped':
      return `Mend the key, the permissions or the address of ${tool}; until then ${all}.`;
    case 'paused':
    case 'retrying':
      return `Nothing, if ${tool} is back soon: the newest state goes first. If not, ${all}.`;
    case 'waiting':
      return `See that a relay runs and has a key of ${tool}: nothing was sent yet.`;
  }
};

/** An open suppression as people read it. */
export const toLeak = (leak: OpenLeak, pauses: readonly ToolPause[], now: Instant): Leak => {
  const pause = pauses.find(({ tool, channel }) => tool === leak.tool && channel === leak.channel);
  const cause = causeOf(leak, pause);
  const { tool, userId, episodeId, reason, receivedAt, deadLetter } = leak;
  return {
    tool,
    userId,
    episodeId,
    reason,
    receivedAt,
    ageMs: now - receivedAt,
    cause,
    detail: cause === 'stopped' || cause === 'paused' ? (pause?.reason ?? null) : leak.lastDetail,
    deadLetter,
    advice: adviceOf(cause, leak),
  };
};
