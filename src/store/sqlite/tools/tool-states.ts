import type { DatabaseSync } from 'node:sqlite';
import type { ToolSend, ToolState } from '../../../pipeline/tools/tool-ports.ts';
import { prepare } from '../statement.ts';
import { parseAttributes, parseDelivered, parseEvents } from './tool-json.ts';

type StoredState = Omit<ToolState, 'desired' | 'delivered' | 'sends'> & {
  readonly id: number;
  readonly desired: string;
  readonly delivered: string | null;
};
type StoredSend = Omit<ToolSend, 'attributes' | 'events'> & { readonly attributes: string; readonly events: string };

/** Enough to see what happened; a tool that is out of order for weeks leaves more. */
const NEWEST = 50;

const STATES = `SELECT id, tool, channel, profile_id AS profileId, user_id AS userId, desired, delivered, status,
  waiting_since AS waitingSince FROM tool_states WHERE profile_id = ? ORDER BY tool, channel, user_id`;
const SENDS = `SELECT at, result, attributes, events, detail FROM tool_sends
  WHERE tool_state_id = ? ORDER BY seq DESC LIMIT ${NEWEST}`;

const toSend = (send: StoredSend): ToolSend => ({
  ...send,
  attributes: parseAttributes(send.attributes),
  events: parseEvents(send.events),
});

/** How a profile stands in each tool, in order of tool, channel and user id. */
export const makeToolStates = (db: DatabaseSync): ((profileId: number) => readonly ToolState[]) => {
  const states = prepare<StoredState>(db, STATES);
  const sends = prepare<StoredSend>(db, SENDS);
  const toState = ({ id, ...state }: StoredState): ToolState => ({
    ...state,
    desired: parseAttributes(state.desired),
    delivered: parseDelivered(state.delivered),
    sends: sends.all(id).map(toSend).reverse(),
  });
  return (profileId) => states.all(profileId).map(toState);
};
