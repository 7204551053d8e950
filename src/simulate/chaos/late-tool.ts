import { type FlowEvent, type FlowTool, isFlowExit } from '../vendors/flow.ts';
import { makeQueue } from '../world/queue.ts';

/** A tool that moves with the clock. */
export interface LateTool extends FlowTool {
  /** When the next exit is heard; null: none is under way. */
  readonly nextAt: () => number | null;
  readonly pass: (now: number) => void;
}

interface LateToolOptions {
  /** How long flows go on seeing `in_dunning` after the tool took that it is over. */
  readonly stateMs: number;
  /** How long an exit is on its way from the tool to its flows. */
  readonly exitMs: number;
  readonly now: () => number;
}

/**
 * A tool whose flows learn late that it is over, as where segments are computed now and then. Beginnings are as prompt as
 * ever, and who asks the tool itself, as read-back does, is told what it holds.
 */
export const makeLateTool = (tool: FlowTool, { stateMs, exitMs, now }: LateToolOptions): LateTool => {
  const shown = new Set<string>();
  const endedAt = new Map<string, number>();
  const exits = makeQueue<{ readonly event: FlowEvent; readonly onEvent: (event: FlowEvent) => void }>();

  tool.watch({
    onEvent: () => {},
    onWrite: ({ userId }) => {
      if (tool.isInDunning(userId)) shown.add(userId);
      else if (shown.delete(userId)) endedAt.set(userId, now());
    },
  });

  return {
    isInDunning: (userId) =>
      tool.isInDunning(userId) || now() < (endedAt.get(userId) ?? Number.NEGATIVE_INFINITY) + stateMs,
    watch: ({ onEvent, onWrite }) =>
      tool.watch({
        onWrite,
        onEvent: (event) => {
          if (exitMs > 0 && isFlowExit(event.name)) exits.push(now() + exitMs, { event, onEvent });
          else onEvent(event);
        },
      }),
    nextAt: exits.nextAt,
    pass: (at) => {
      for (let exit = exits.takeDue(at); exit !== undefined; exit = exits.takeDue(at)) exit.onEvent(exit.event);
    },
  };
};
