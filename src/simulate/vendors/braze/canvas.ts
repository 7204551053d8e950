import { type Flow, type FlowPlan, type FlowTool, runFlow } from '../flow.ts';
import type { BrazeUsers } from './users.ts';

/** Braze as a flow sees it. */
export const toFlowTool = (users: BrazeUsers): FlowTool => ({
  isInDunning: (userId) => users.all.get(userId)?.attributes.in_dunning === true,
  watch: ({ onEvent, onWrite }) =>
    users.watch({
      onWrite: ({ externalId: userId, at }) => onWrite({ userId, at }),
      onEvent: ({ externalId: userId, name, at, properties }) => {
        const { dunning_episode_id: episodeId, dunning_stage, stage = dunning_stage } = properties;
        onEvent({ userId, name, at, episodeId, stage });
      },
    }),
});

/** A Canvas: exception events end it, delivery validation looks at `in_dunning`. */
export const runCanvas = (users: BrazeUsers, plan: FlowPlan): Flow => runFlow(toFlowTool(users), plan);
