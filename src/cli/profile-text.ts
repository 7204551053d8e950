import type { MarkedRecovered } from '../domain/fact.ts';
import { type Instant, toIso } from '../domain/instant.ts';
import type { Hold, PastHold } from '../ledger/hold.ts';
import type { ProfileRecord, SegmentCall } from '../pipeline/ports.ts';
import { accountNames } from './account-names.ts';
import { COMMAND } from './command-line.ts';
import { holdText, markText, pastHoldLines } from './holds/hold-text.ts';
import { type EpisodeView, type ProfileView, parseView } from './profile-view.ts';
import { alignRows, clean, paint } from './terminal.ts';
import { toolLines } from './tool-lines.ts';

const SHOWN_DELIVERIES = 20;
const SHOWN_DECISIONS = 10;

const when = (at: Instant): string => toIso(at).replace('T', ' ').slice(0, 19);
const whenText = (iso: string): string => clean(iso).replace('T', ' ').slice(0, 19);

const section = (title: string, lines: readonly string[], empty: string): readonly string[] => [
  '',
  paint('bold', title),
  ...(lines.length === 0 ? [paint('dim', `  ${empty}`)] : lines.map((line) => `  ${line}`)),
];

const show = (value: unknown): string => {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return clean(value);
  return clean(JSON.stringify(value));
};

const headLines = (record: ProfileRecord, view: ProfileView | null): readonly string[] => {
  const who = record.userId ?? view?.anonymous_id ?? accountNames(record)[0] ?? 'nobody';
  const where = [...accountNames(record).map(clean), record.mode === 'test' ? 'test mode' : 'live'];
  const known = record.userId === null ? 'no user id yet: told to Segment as anonymous' : 'known user';
  const traits = view?.traits ?? {};
  return [
    paint('bold', clean(who)) + paint('dim', `  ${where.join(' · ')} · ${known}`),
    `stage ${paint('cyan', show(traits.dunning_stage))}   status ${paint('cyan', show(traits.dunning_status))}   ${dueText(record)}`,
  ];
};

const dueText = ({ dueAt, parkedUntil, version }: ProfileRecord): string => {
  if (parkedUntil !== null) return paint('red', `parked until ${when(parkedUntil)}: see ${COMMAND} dead-letters list`);
  if (dueAt !== null) return `next look at ${when(dueAt)}`;
  return version === 0 ? 'not decided yet' : 'nothing changes by time alone';
};

const traitLines = (view: ProfileView | null): readonly string[] =>
  alignRows(Object.entries(view?.traits ?? {}).map(([name, value]) => [clean(name), show(value)]));

const episodeRow = (episode: EpisodeView): readonly string[] => {
  const ended = episode.ended_at === null ? 'until now' : `to ${whenText(episode.ended_at)}`;
  const tries = `${episode.attempts} failed ${episode.attempts === 1 ? 'attempt' : 'attempts'}`;
  return [
    clean(episode.id),
    clean(episode.outcome) + (episode.late ? ' (late)' : ''),
    `${whenText(episode.opened_at)} ${ended}`,
    tries,
    `${clean(episode.subscription)} ${clean(episode.opening_invoice)}`,
  ];
};

const episodeLines = (view: ProfileView | null): readonly string[] => alignRows((view?.episodes ?? []).map(episodeRow));

/** What a reader wants to see of an event's properties, in this order. */
const TOLD = [
  'audience_key',
  'amount',
  'currency',
  'failure_code',
  'attempt_number',
  'next_retry_date',
  'outcome',
  'recovered_via',
  'days_to_recovery',
  'churn_type',
  'cancellation_reason',
] as const;

const factsOf = (call: SegmentCall): string => {
  if (call.type !== 'track') {
    const { traits = {}, groupId = '' } = call;
    if ('dunning_status' in traits) return `dunning_status ${show(traits.dunning_status)}`;
    const [pair] = Object.entries(traits);
    return pair === undefined ? groupId : `${pair[0]} ${show(pair[1])}`;
  }
  return TOLD.filter((name) => call.properties?.[name] !== undefined && call.properties[name] !== null)
    .map((name) => (name === 'amount' || name === 'currency' ? '' : `${name} `) + show(call.properties?.[name]))
    .join(' ');
};

const callLines = (record: ProfileRecord): readonly string[] =>
  alignRows(
    record.calls.map(({ call, status }) => [
      whenText(call.timestamp),
      call.type,
      clean(call.event ?? ''),
      status,
      clean(factsOf(call)),
    ]),
  );

const latest = <Item>(items: readonly Item[], count: number): readonly Item[] => items.slice(-count);

const deliveryLines = ({ deliveries }: ProfileRecord): readonly string[] => {
  const rows = latest(deliveries, SHOWN_DELIVERIES).map((delivery) => [
    when(delivery.receivedAt),
    clean(delivery.eventType),
    clean(delivery.eventId),
    delivery.end,
    clean(delivery.detail ?? ''),
  ]);
  const hidden = deliveries.length - rows.length;
  return [...(hidden > 0 ? [paint('dim', `${hidden} earlier ones: --json shows all`)] : []), ...alignRows(rows)];
};

const decisionLines = ({ log }: ProfileRecord): readonly string[] =>
  latest(log, SHOWN_DECISIONS).flatMap(({ version, at, lines }) =>
    lines.map((line) => `${when(at)}  v${version}  ${clean(line)}`),
  );

const recordedLines = ({ calls }: ProfileRecord): readonly string[] =>
  calls.some(({ status }) => status === 'recorded')
    ? [paint('dim', '  recorded: kept here and never sent, as in observe mode or for test-mode webhooks')]
    : [];

/** A profile as it is shown. */
export interface ProfilePage {
  readonly record: ProfileRecord;
  /** Not shown unless given. */
  readonly said?: Said;
}

/** What people and other tools said of a profile, and when that was looked up. */
export interface Said {
  readonly now: Instant;
  /** In force, or to come. */
  readonly holds: readonly Hold[];
  /** Over: the one that ended last first, no more than are of interest. */
  readonly pastHolds: readonly PastHold[];
  readonly marks: readonly MarkedRecovered[];
}

const saidLines = ({ said }: ProfilePage): readonly string[] => {
  if (said === undefined) return [];
  const holds = said.holds.map((hold) => holdText(hold, said.now));
  const marks = said.marks.map(markText);
  return [
    ...(holds.length === 0 ? [] : section('Holds', holds, '')),
    ...(said.pastHolds.length === 0 ? [] : section('Past holds', said.pastHolds.flatMap(pastHoldLines), '')),
    ...(marks.length === 0 ? [] : section('Marks', marks, '')),
  ];
};

/** A profile for a person at a terminal, line by line. Times are UTC. */
export const profileLines = (page: ProfilePage): readonly string[] => {
  const { record } = page;
  const view = parseView(record.view);
  return [
    ...headLines(record, view),
    ...saidLines(page),
    ...section('Audiences', (view?.audiences ?? []).map(clean), 'in none'),
    ...section('Traits', traitLines(view), 'none: nothing failed, and no card came near its end'),
    ...section('Episodes', episodeLines(view), 'none'),
    ...section(
      'Said to Segment (events by when they happened, identify and group by when they were decided)',
      callLines(record),
      'nothing yet',
    ),
    ...recordedLines(record),
    ...section('Tools', toolLines(record), 'none was told of this person'),
    ...section('Webhooks', deliveryLines(record), 'none'),
    ...section('Decisions', decisionLines(record), 'none'),
    '',
  ];
};
