import type { Attributes } from '../../destination-kit/record.ts';
import type { SegmentCall, Store } from '../../pipeline/ports.ts';
import type { ToolRequest } from '../doors.ts';

/** What one tool's recorder received, in numbers. */
export interface OtherOutcome {
  readonly tool: string;
  readonly calls: number;
  /** People, accounts or episodes that it was told of. */
  readonly subjects: number;
}

/** A task as whoever takes over reads it. */
export interface DemoTask {
  readonly subject: string;
  readonly body: string;
  readonly comment: string | null;
}

/** Every tool but `shown`, in order of name. */
export const toOthers = async (
  store: Pick<Store, 'toolCounts'>,
  requests: readonly ToolRequest[],
  shown: string,
): Promise<readonly OtherOutcome[]> => {
  const calls = Map.groupBy(requests, ({ tool }) => tool);
  const counts = (await store.toolCounts()).filter(({ tool }) => tool !== shown);
  return counts
    .map(({ tool, settled }) => ({ tool, calls: calls.get(tool)?.length ?? 0, subjects: settled }))
    .sort((a, b) => (a.tool < b.tool ? -1 : 1));
};

const toDemoTask = ({ subject, body, comment }: Attributes): DemoTask => ({
  subject: String(subject),
  body: String(body),
  comment: typeof comment === 'string' ? comment : null,
});

/** How many people are looked up for an example before there is none. */
const MOST_LOOKED_AT = 20;

/** The task of somebody who was in dunning: an open one if there is any, since it says what to do; null when there was none. */
export const findTask = async (
  store: Pick<Store, 'findProfiles'>,
  calls: readonly SegmentCall[],
): Promise<DemoTask | null> => {
  const people = calls.flatMap(({ type, traits, userId }) =>
    type === 'identify' && traits?.in_dunning === true && userId !== undefined ? [userId] : [],
  );
  let closed: Attributes | null = null;
  for (const userId of [...new Set(people)].toReversed().slice(0, MOST_LOOKED_AT)) {
    const tools = (await store.findProfiles(userId)).flatMap((record) => record.tools);
    const tasks = tools.map(({ desired }) => desired).filter(({ task_state }) => typeof task_state === 'string');
    const open = tasks.find(({ task_state }) => task_state === 'open');
    if (open !== undefined) return toDemoTask(open);
    closed ??= tasks[0] ?? null;
  }
  return closed === null ? null : toDemoTask(closed);
};
