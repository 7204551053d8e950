import type { Pause } from '../delivery-pauses.ts';
import type { ToolChannel } from '../tools/tool-ports.ts';
import type { SuppressionStore } from './suppression-ports.ts';

/** Writes down when a tool begins or ends to take no calls, so that whoever looks beside the relay knows why it waits. */
export const makePauseNotes = (
  store: Pick<SuppressionStore, 'saveToolPause'>,
  tool: string,
  channel: ToolChannel,
): ((pause: Pause | null) => Promise<void>) => {
  // What the last process wrote is of no worth.
  let noted: Pause | null | undefined;
  return async (pause) => {
    if (pause === noted) return;
    noted = pause;
    await store.saveToolPause(tool, channel, pause);
  };
};
