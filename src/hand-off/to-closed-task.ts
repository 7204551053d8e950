import { withoutAdvice } from './to-body.ts';

const SUPERSEDED = 'Closed by Recoup: after a correction this failure no longer stands.';

/**
 * The task of an episode that recomputing the facts no longer yields (semantics C1): nothing can be said of it any
 * more, so it keeps what it said, but for the advice, and closes. One that had closed stays as it ended.
 * @param last its attributes as they were last wanted; none are needed to close it
 */
export const toClosedTask = <Last extends { readonly task_state?: unknown; readonly body?: unknown }>(
  last: Last,
): Last | (Last & { readonly task_state: 'closed'; readonly comment: string }) =>
  last.task_state === 'closed'
    ? last
    : {
        ...last,
        ...(typeof last.body === 'string' ? { body: withoutAdvice(last.body) } : {}),
        task_state: 'closed',
        comment: SUPERSEDED,
      };
