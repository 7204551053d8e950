import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../../domain/instant.ts';
import type { Attributes, QueuedEdge, ToolSettlement } from '../../../pipeline/tools/tool-ports.ts';
import { prepare } from '../statement.ts';
import { parseDelivered, parseNames } from './tool-json.ts';

/** The row as it is when its outcome comes. */
export interface CurrentRow {
  readonly id: number;
  /** Of whom it is now: its account may have moved since it was read. */
  readonly profileId: number;
  readonly version: number;
  readonly urgent: number;
  readonly delivered: string | null;
  readonly uncertain: string;
  readonly reached: string;
  readonly failures: number;
  /** Null: it does not wait. */
  readonly waitingSince: Instant | null;
  readonly retryAt: Instant;
  readonly amountMinor: number | null;
  readonly currency: string | null;
}

/** A settlement with the row that it is about and the events that it sent. */
export interface Settling {
  readonly settlement: ToolSettlement;
  readonly current: CurrentRow;
  readonly sentEdges: readonly QueuedEdge[];
  readonly retryAt: Instant;
  readonly now: Instant;
}

/** What is known of what a tool holds. For use inside a write transaction. */
export interface ToolKnowledge {
  /** It holds what was sent. */
  readonly take: (settling: Settling) => void;
  /** It may hold what was sent, all of it or some. */
  readonly doubt: (settling: Settling) => void;
  /** It does not know the subject. */
  readonly forget: (settling: Settling) => void;
}

const KNOW = 'UPDATE tool_states SET delivered = ?, uncertain = ?, reached = ? WHERE id = ?';
// It may be found again, with what it held: then also what is empty by then has to be said.
const FORGET = 'UPDATE tool_states SET delivered = NULL, uncertain = ? WHERE id = ?';

/** The attribute that names the lead episode. */
const EPISODE = 'dunning_episode_id';

/** Was there a call at all. */
export const wasSent = ({ sent, edges }: ToolSettlement): boolean => edges.length > 0 || Object.keys(sent).length > 0;

/** The events that a settlement sent. */
export const sentEdgesOf = ({ row, edges }: ToolSettlement): readonly QueuedEdge[] => {
  const seqs = new Set(edges);
  return row.edges.filter(({ seq }) => seqs.has(seq));
};

const union = (known: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...known, ...more]),
];

const reachedBy = (sent: Attributes, edges: readonly QueuedEdge[]): readonly string[] => {
  const episode = sent[EPISODE];
  return [...edges.map(({ episodeId }) => episodeId), ...(typeof episode === 'string' ? [episode] : [])];
};

export const makeToolKnowledge = (db: DatabaseSync): ToolKnowledge => {
  const know = prepare(db, KNOW);
  const forget = prepare(db, FORGET);

  const save = (settling: Settling, delivered: Attributes | null, uncertain: readonly string[]): void => {
    const { current, settlement, sentEdges } = settling;
    const reached = union(parseNames(current.reached), reachedBy(settlement.sent, sentEdges));
    const deliveredJson = delivered === null ? null : JSON.stringify(delivered);
    know.run(deliveredJson, JSON.stringify(uncertain), JSON.stringify(reached), current.id);
  };

  return {
    take: (settling) => {
      const { settlement, current } = settling;
      const { sent, again } = settlement;
      const before = parseDelivered(current.delivered);
      const uncertain = parseNames(current.uncertain).filter(
        (name) => again !== undefined || !Object.hasOwn(sent, name),
      );
      save(settling, wasSent(settlement) ? { ...before, ...sent } : before, uncertain);
    },
    doubt: (settling) => {
      const { settlement, current } = settling;
      const uncertain = union(parseNames(current.uncertain), Object.keys(settlement.sent));
      save(settling, parseDelivered(current.delivered), uncertain);
    },
    forget: ({ current }) => {
      const held = Object.keys(parseDelivered(current.delivered) ?? {});
      forget.run(JSON.stringify(union(parseNames(current.uncertain), held)), current.id);
    },
  };
};
