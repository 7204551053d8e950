import type { Task } from './hand-off.ts';

const SUPERSEDED = 'Closed by Recoup: after a correction this failure no longer stands.';

/**
 * The task of an episode that recomputing the facts no longer yields (semantics C1): nothing can be said of it any
 * more, so it keeps what it said and closes.
 * @param last its attributes as they were last wanted; none are needed to close it
 */
export const toClosedTask = <Last extends object>(last: Last): Last & Pick<Task, 'task_state' | 'comment'> => ({
  ...last,
  task_state: 'closed',
  comment: SUPERSEDED,
});
