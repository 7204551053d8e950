import { statusOf } from '../../destination-kit/status-of.ts';
import type { ToolReader } from '../../destination-kit/tool-reader.ts';
import type { Clock } from '../ports.ts';
import type { makeCallRoom } from '../tools/call-room.ts';
import { type makeReadPauses, toReadFailure } from './read-pauses.ts';
import { toVerdict } from './to-verdict.ts';
import type { HeldRow, Look } from './verify-ports.ts';

interface AskOptions {
  readonly reader: ToolReader;
  readonly clock: Clock;
  // What the verifier remembers from question to question.
  readonly pauses: ReturnType<typeof makeReadPauses>;
  readonly room: ReturnType<typeof makeCallRoom>;
}

/** Makes the function that asks a tool what it holds of rows, as verdicts; null: it did not tell, and is asked again. */
export const makeAsk = ({
  reader,
  clock,
  pauses,
  room,
}: AskOptions): ((rows: readonly HeldRow[]) => Promise<readonly Look[] | null>) => {
  const onFailure = (rows: readonly HeldRow[], error: unknown): readonly Look[] | null => {
    const failure = toReadFailure(statusOf(error));
    pauses.failed(failure, error instanceof Error ? error.message : 'a fault without a name', clock.now());
    if (failure !== 'refused') return null;
    room.shrink();
    // Nobody waits behind the one who cannot be asked for.
    return rows.length > 1 ? null : rows.map((row) => ({ row, verdict: { seen: 'nothing' } }));
  };

  return async (rows) => {
    const asked = [...new Set(rows.filter(({ isOvertaken }) => !isOvertaken).map(({ userId }) => userId))];
    if (asked.length === 0) return rows.map((row) => ({ row, verdict: { seen: 'nothing' } }));
    try {
      room.spend(clock.now());
      const profiles = await reader.read(asked);
      const held = new Map(profiles.map(({ userId, attributes }) => [userId, attributes]));
      pauses.answered();
      room.grow();
      return rows.map((row) => ({ row, verdict: toVerdict(reader, row, held.get(row.userId) ?? null) }));
    } catch (error) {
      return onFailure(rows, error);
    }
  };
};
