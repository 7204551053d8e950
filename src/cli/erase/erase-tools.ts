import { setTimeout as delay } from 'node:timers/promises';
import type { Instant } from '../../domain/instant.ts';
import type { Store } from '../../pipeline/ports.ts';
import type { ToolDeletion } from '../../pipeline/privacy-ports.ts';
import type { Eraser } from '../doors.ts';

/** What is still to be deleted in one tool. */
export interface LeftInTool {
  readonly tool: string;
  readonly kind: ToolDeletion['kind'];
  readonly ids: readonly string[];
  /** Why it is left; free of secrets and of ids. */
  readonly reason: string;
  /** How people delete it there. */
  readonly byHand: string;
}

export interface DeleteOptions {
  readonly store: Pick<Store, 'toolDeletions' | 'settleToolDeletions'>;
  readonly erasers: readonly Eraser[];
  /** Tools in which people have deleted what was left. */
  readonly byHand: readonly string[];
  readonly now: () => Instant;
  readonly say: (line: string) => void;
}

const BY_HAND = 'delete them in the tool';
const ANONYMOUS =
  'in Segment make a regulation of the source for these anonymous ids: those of a workspace know user ids only';

const withoutIds = (text: string, ids: readonly string[]): string =>
  ids.reduce((said, id) => said.replaceAll(id, '…'), text);

/** A call that was under way may still be applied: what is deleted before it would come back. */
const waitFor = async (deletions: readonly ToolDeletion[], { now, say }: DeleteOptions): Promise<void> => {
  const waitMs = Math.max(0, ...deletions.map(({ notBefore }) => notBefore - now()));
  if (waitMs === 0) return;
  say(`A call was under way; waiting ${Math.ceil(waitMs / 1_000)} s, so that nothing comes back.`);
  await delay(waitMs);
};

const deleteInTool = async (
  tool: string,
  deletions: readonly ToolDeletion[],
  options: DeleteOptions,
): Promise<LeftInTool | null> => {
  const { store, erasers } = options;
  const eraser = erasers.find((each) => each.tool === tool);
  const ids = deletions.map(({ id }) => id);
  const left = { tool, kind: 'user', ids, byHand: eraser?.byHand ?? BY_HAND } as const;
  if (eraser?.erase == null) return { ...left, reason: eraser?.missing ?? 'it is no tool of this version' };
  await waitFor(deletions, options);
  try {
    await eraser.erase(ids);
    await store.settleToolDeletions(deletions);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'for a reason unknown';
    return { ...left, reason: withoutIds(reason, ids) };
  }
};

/** Deletes what is owed, tool by tool; one that fails holds up no other. Answers what is left. */
export const deleteInTools = async (options: DeleteOptions): Promise<readonly LeftInTool[]> => {
  const { store, byHand } = options;
  const owed = await store.toolDeletions();
  await store.settleToolDeletions(owed.filter(({ tool }) => byHand.includes(tool)));
  const open = owed.filter(({ tool }) => !byHand.includes(tool));
  const left: LeftInTool[] = [];
  for (const tool of new Set(open.map((deletion) => deletion.tool))) {
    const ofTool = open.filter((deletion) => deletion.tool === tool);
    const users = ofTool.filter(({ kind }) => kind === 'user');
    const anonymous = ofTool.filter(({ kind }) => kind === 'anonymous').map(({ id }) => id);
    const failed = users.length === 0 ? null : await deleteInTool(tool, users, options);
    if (failed !== null) left.push(failed);
    if (anonymous.length > 0)
      left.push({ tool, kind: 'anonymous', ids: anonymous, reason: 'its API does not take them', byHand: ANONYMOUS });
  }
  return left;
};
