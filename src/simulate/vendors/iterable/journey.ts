import { type Flow, type FlowPlan, type FlowTool, runFlow } from '../flow.ts';
import type { IterableUsers } from './users.ts';

/** Iterable as a flow sees it. */
export const toFlowTool = (users: IterableUsers): FlowTool => ({
  isInDunning: (userId) => users.all.get(userId)?.dataFields.in_dunning === true,
  watch: ({ onEvent, onWrite }) =>
    users.watch({
      onWrite,
      onEvent: ({ userId, name, at, dataFields: { dunning_episode_id: episodeId, stage } }) =>
        onEvent({ userId, name, at, episodeId, stage }),
    }),
});

/** A journey with exit rules and a filter before each message; an event that comes again under its id starts it again. */
export const runJourney = (users: IterableUsers, plan: FlowPlan): Flow => runFlow(toFlowTool(users), plan);
