import { VERSION_ATTRIBUTE } from '../../destination-kit/fields.ts';
import type { Attributes, ToolRecord } from '../../destination-kit/record.ts';
import { differingNames, valueIn } from './desired.ts';
import type { QueuedEdge, ToolRow } from './tool-ports.ts';

/** What one row makes of a call. */
export interface Dispatch {
  readonly row: ToolRow;
  /** What to send now; null: nothing is left to send. */
  readonly record: ToolRecord | null;
  /** The edges in `record`, by seq. */
  readonly edges: readonly number[];
  /** Edges that need not be sent any more, by seq. */
  readonly dropped: readonly number[];
}

/**
 * What is to be sent of one person now: the attributes that differ from what the tool holds or may hold, and the events
 * that still mean something (semantics G3).
 * @param resendsUnknownEvents whether an entry of unknown outcome is sent again, see `ToolSink`.
 */
export const toRecord = (row: ToolRow, resendsUnknownEvents: boolean): Dispatch => {
  if (row.onlyExits) return toExits(row);
  const sent = edgesToSend(row, resendsUnknownEvents);
  const differing = differingAttributes(row);
  const edges = sent.map(({ seq }) => seq);
  const dropped = row.edges.flatMap(({ seq, role }) => (role === 'news' || edges.includes(seq) ? [] : [seq]));
  if (sent.length === 0 && Object.keys(differing).length === 0) return { row, record: null, edges, dropped };
  const attributes = { ...differing, ...versionOf(row) };
  const events = sent.map(({ event }) => event);
  const record = { userId: row.userId, at: row.decidedAt, attributes, events, isNew: row.delivered === null };
  return { row, record, edges, dropped };
};

/** Nothing is dropped: an exit of an unheard episode still keeps its entry from being sent. */
const toExits = (row: ToolRow): Dispatch => {
  const exits = exitsToSend(row);
  const events = exits.map(({ event }) => event);
  const record = { userId: row.userId, at: row.decidedAt, attributes: {}, events, isNew: row.delivered === null };
  return { row, record: exits.length === 0 ? null : record, edges: exits.map(({ seq }) => seq), dropped: [] };
};

/** What differs and what is in doubt; nobody is sent nulls that clear nothing. */
const differingAttributes = ({ desired, delivered, uncertain }: ToolRow): Attributes => {
  const doubted = uncertain.filter((name) => name !== VERSION_ATTRIBUTE);
  const names = new Set([...differingNames(desired, delivered), ...doubted]);
  return Object.fromEntries([...names].map((name) => [name, valueIn(desired, name)]));
};

/** Goes along with whatever goes; alone it would tell nothing. */
const versionOf = ({ desired, delivered, uncertain }: ToolRow): Attributes => {
  const isNamed =
    VERSION_ATTRIBUTE in desired ||
    valueIn(delivered, VERSION_ATTRIBUTE) !== null ||
    uncertain.includes(VERSION_ATTRIBUTE);
  return isNamed ? { [VERSION_ATTRIBUTE]: valueIn(desired, VERSION_ATTRIBUTE) } : {};
};

/** What one call can tell a slow receiver before it is given up; what is left goes with the next. */
const NEWS_PER_CALL = 10;

/** After a call that failed they go one by one: a receiver too slow for ten would hear the first of them for ever. */
const newsToSend = ({ edges, failures }: ToolRow): readonly QueuedEdge[] =>
  edges.filter(({ role }) => role === 'news').slice(0, failures > 0 ? 1 : NEWS_PER_CALL);

/** Exits first: a flow that is to start must not be ended by the exit of the one before it. */
const edgesToSend = (row: ToolRow, resendsUnknownEvents: boolean): readonly QueuedEdge[] => {
  const entry = row.edges.findLast(({ role }) => role === 'entry');
  const isMeant = entry !== undefined && isStillMeant(entry, row.edges, resendsUnknownEvents);
  return [...exitsToSend(row), ...(isMeant ? [entry] : []), ...newsToSend(row)];
};

const exitsToSend = (row: ToolRow): readonly QueuedEdge[] =>
  row.edges.filter((edge) => edge.role === 'exit' && isHeardOf(row, edge.episodeId));

/** Whether the tool heard of the episode, or may have: only then is there something to end. */
const isHeardOf = ({ reached, edges }: ToolRow, episodeId: string): boolean =>
  reached.includes(episodeId) || edges.some((edge) => edge.episodeId === episodeId && edge.status === 'unknown');

/** An entry whose episode has ended since would start a flow for somebody who paid. */
const isStillMeant = (entry: QueuedEdge, edges: readonly QueuedEdge[], resendsUnknownEvents: boolean): boolean => {
  const isEnded = edges.some(
    ({ role, episodeId, seq }) => role === 'exit' && episodeId === entry.episodeId && seq > entry.seq,
  );
  return !isEnded && (entry.status === 'queued' || resendsUnknownEvents);
};
