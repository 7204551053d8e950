import type { DatabaseSync } from 'node:sqlite';
import type { ToolSettlement, ToolStore } from '../../../pipeline/tools/tool-ports.ts';
import { prepare } from '../statement.ts';
import { parseSettlements } from './tool-json.ts';

export interface ToolCalls {
  readonly save: (...call: Parameters<ToolStore['saveToolCall']>) => void;
  readonly load: (...key: Parameters<ToolStore['loadToolCall']>) => readonly ToolSettlement[];
  /** The calls under way to the tools of these settlements are over. For use inside a write transaction. */
  readonly end: (settlements: readonly ToolSettlement[]) => void;
}

const SAVE = `INSERT INTO tool_calls (tool, channel, settlements) VALUES (?, ?, ?)
  ON CONFLICT (tool, channel) DO UPDATE SET settlements = excluded.settlements`;
const LOAD = 'SELECT settlements FROM tool_calls WHERE tool = ? AND channel = ?';
const END = 'DELETE FROM tool_calls WHERE tool = ? AND channel = ?';

/** The call under way to each tool, at most one. */
export const makeToolCalls = (db: DatabaseSync): ToolCalls => {
  const save = prepare(db, SAVE);
  const load = prepare<{ settlements: string }>(db, LOAD);
  const end = prepare(db, END);

  return {
    save: (tool, channel, call) => {
      if (call.length === 0) end.run(tool, channel);
      else save.run(tool, channel, JSON.stringify(call));
    },
    load: (tool, channel) => parseSettlements(load.get(tool, channel)?.settlements ?? '[]'),
    end: (settlements) => {
      const [first] = settlements;
      if (first !== undefined) end.run(first.row.tool, first.row.channel);
    },
  };
};
