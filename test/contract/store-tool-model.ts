import type { Attributes } from '../../src/destination-kit/record.ts';
import type { RecordOutcome } from '../../src/destination-kit/sink.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { NewToolEdge, ToolChange, ToolRow } from '../../src/pipeline/tools/tool-ports.ts';

/** What a row of a tool must be, told by its promises alone: to be compared with what a store says. */
export interface ModelRow {
  readonly userId: string;
  desired: Attributes;
  /** Counts what was wanted. */
  version: number;
  delivered: Attributes | null;
  uncertain: readonly string[];
  reached: readonly string[];
  edges: readonly (NewToolEdge & { readonly status: string })[];
  status: 'settled' | 'waiting' | 'dead';
  urgent: boolean;
  since: number;
  retryAt: number;
  failures: number;
  /** When the open dead letter was made; null: none is open. */
  letterAt: Instant | null;
}

const FRESH = {
  letterAt: null,
  delivered: null,
  uncertain: [],
  reached: [],
  edges: [],
  failures: 0,
  since: 0,
  retryAt: 0,
};

const isOpen = ({ status }: { readonly status: string }): boolean => status === 'queued' || status === 'unknown';

/** An event is said once. */
const isFirst = (one: NewToolEdge, index: number, all: readonly NewToolEdge[]): boolean =>
  all.findIndex(({ event }) => event.id === one.event.id) === index;

const wait = (row: ModelRow, now: Instant): void => {
  Object.assign(row, { status: 'waiting', since: now, retryAt: now, failures: 0 });
};

/** A decision that wants `change` at `now`. Rows stand in the order in which they were made. */
export const wantInModel = (rows: ModelRow[], change: ToolChange, now: Instant): void => {
  const { userId, desired, urgent } = change;
  let row = rows.find((one) => one.userId === userId);
  if (row === undefined) {
    row = { ...FRESH, userId, desired, version: 0, status: 'settled', urgent };
    rows.push(row);
  }
  if (row.status !== 'waiting') wait(row, now);
  else if (urgent || row.retryAt < now) row.retryAt = now;
  const news = change.edges.map((one) => ({ ...one, status: 'queued' }));
  const edges = [...row.edges, ...news].filter(isFirst);
  Object.assign(row, { desired, urgent, edges, version: row.version + 1 });
};

/** What was sent of the row as it stood at `version`; ids of events. */
export interface SentInModel {
  readonly version: number;
  readonly sent: Attributes;
  readonly edges: readonly string[];
  readonly dropped: readonly string[];
  readonly result: RecordOutcome['result'];
}

const END = {
  delivered: 'delivered',
  recorded: 'recorded',
  absent: 'dropped',
  rejected: 'dead',
  unknown: 'unknown',
  retry: null,
} as const;

const endOf = (call: SentInModel, id: string, status: string): string => {
  if (call.dropped.includes(id)) return 'dropped';
  return call.edges.includes(id) ? (END[call.result] ?? status) : status;
};

const union = (...lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

/** The outcome of a call. */
export const settleInModel = (row: ModelRow, call: SentInModel, retryAt: Instant, now: Instant): void => {
  const { sent, result } = call;
  const isOutdated = row.version !== call.version;
  const wasSent = call.edges.length > 0 || Object.keys(sent).length > 0;
  row.edges = row.edges.map((one) => ({ ...one, status: endOf(call, one.event.id, one.status) }));
  if (result !== 'retry' && result !== 'rejected' && result !== 'absent') {
    const episodes = row.edges.filter(({ event }) => call.edges.includes(event.id)).map(({ episodeId }) => episodeId);
    row.reached = union(row.reached, episodes);
  }
  if (result === 'retry' || result === 'unknown') {
    row.failures += 1;
    if (!(isOutdated && row.urgent)) row.retryAt = retryAt;
    if (result === 'unknown') row.uncertain = union(row.uncertain, Object.keys(sent));
    return;
  }
  const isTaken = result !== 'rejected';
  if (!isTaken) row.letterAt = now;
  if (result === 'absent')
    Object.assign(row, { delivered: null, uncertain: union(row.uncertain, Object.keys(row.delivered ?? {})) });
  else if (isTaken && wasSent) row.delivered = { ...row.delivered, ...sent };
  if (isTaken && result !== 'absent') row.uncertain = row.uncertain.filter((name) => !(name in sent));
  const waitsOn = isOutdated || row.edges.some(isOpen);
  if (waitsOn) wait(row, now);
  else row.status = isTaken ? 'settled' : 'dead';
};

/** The replay of a dead letter of the row. */
export const replayInModel = (row: ModelRow, now: Instant): void => {
  row.letterAt = null;
  if (row.status === 'waiting') row.retryAt = now;
  else wait(row, now);
  row.edges = row.edges.map((one) =>
    one.status === 'dead' && one.role !== 'entry' ? { ...one, status: 'queued' } : one,
  );
};

/** Those to be sent by `now`, in the order of sending. */
export const dueInModel = (rows: readonly ModelRow[], now: Instant): readonly ModelRow[] =>
  rows
    .filter(({ status, retryAt }) => status === 'waiting' && retryAt <= now)
    .toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || a.since - b.since);

/** A row of the model and one of the store, made comparable. */
export const pictureOfModel = (row: ModelRow): unknown => ({
  userId: row.userId,
  desired: row.desired,
  delivered: row.delivered,
  uncertain: row.uncertain.toSorted(),
  reached: row.reached.toSorted(),
  waitingSince: row.since,
  failures: row.failures,
  edges: row.edges.filter(isOpen).map(({ event, status }) => [event.id, status]),
});

export const pictureOfRow = (row: ToolRow): unknown => ({
  userId: row.userId,
  desired: row.desired,
  delivered: row.delivered,
  uncertain: row.uncertain.toSorted(),
  reached: row.reached.toSorted(),
  waitingSince: row.waitingSince,
  failures: row.failures,
  edges: row.edges.map(({ event, status }) => [event.id, status]),
});
