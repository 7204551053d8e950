import type { Attributes, AttributeValue } from '../destination-kit/record.ts';
import type { Happening } from '../domain/happening.ts';
import type { Instant } from '../domain/instant.ts';
import type { Settled } from './deliver.ts';
import type { SegmentCall } from './ports.ts';
import type { WebhookReport } from './receive.ts';
import type { ToolSettlement } from './tools/tool-ports.ts';

/** A user id may be somebody's address, which must not scroll over a screen that others see. */
const idOf = (id: string | null | undefined): string | null =>
  id === null || id === undefined ? null : id.includes('@') ? `${id.slice(0, 1)}…@…` : id;

const TROUBLE: readonly WebhookReport['outcome'][] = ['refused', 'busy', 'failed', 'dead_letter'];

/** A webhook that was answered; null for one to a provider that is off, which anybody may send. */
export const toWebhookHappening = (report: WebhookReport, at: Instant): Happening | null => {
  const { provider, outcome, reason, keys } = report;
  if (outcome === 'off') return null;
  return {
    at,
    direction: 'in',
    party: provider,
    who: idOf(keys?.customer),
    what: keys?.eventType ?? 'a webhook',
    end: TROUBLE.includes(outcome) ? 'trouble' : 'done',
    note: outcome === 'stored' ? null : [outcome.replace('_', ' '), reason].filter(Boolean).join(': '),
  };
};

const AUDIENCE_EVENTS: Readonly<Record<string, string>> = {
  'Audience Entered': 'entered',
  'Audience Exited': 'exited',
};

const toldOf = ({ type, event = '', properties, traits, groupId }: SegmentCall): string => {
  const moved = AUDIENCE_EVENTS[event];
  if (type === 'track') return moved === undefined ? `track ${event}` : `${moved} ${properties?.audience_key}`;
  return type === 'group' ? `group ${groupId}` : `identify dunning_status=${traits?.dunning_status}`;
};

type ResultEnds = Readonly<Record<(Settled | ToolSettlement)['outcome']['result'], Happening['end']>>;
const ENDS: ResultEnds = {
  delivered: 'done',
  recorded: 'kept',
  absent: 'kept',
  retry: 'trouble',
  rejected: 'trouble',
  stopped: 'trouble',
  unknown: 'trouble',
};

/** The identify that carries one membership goes beside its `Audience Entered` or `Exited`, which tells of it. */
const tellsTwice = ({ type, traits }: SegmentCall): boolean =>
  type === 'identify' && !('dunning_status' in (traits ?? {}));

/** A call to Segment that left the outbox; null for one that says what another line says. */
export const toCallHappening = ({ row: { call }, outcome }: Settled, at: Instant): Happening | null => {
  if (tellsTwice(call)) return null;
  return {
    at,
    direction: 'out',
    party: 'segment',
    who: idOf(call.userId ?? call.anonymousId),
    what: toldOf(call),
    end: ENDS[outcome.result],
    note: 'reason' in outcome ? `${outcome.result}: ${outcome.reason}` : null,
  };
};

/** Attributes whose value may be shown, most telling first; of the others (amounts, links) only how many there are. */
const SHOWN = ['in_dunning', 'dunning_stage', 'dunning_status', 'next_retry_date', 'dunning_suppressed'] as const;
const MOST_SHOWN = 2;

const pair = (name: string, value: AttributeValue | undefined): string =>
  `${name}=${typeof value === 'string' ? value.replace(/T.*$/, '') : value}`;

const attributesText = (sent: Attributes): string => {
  const flags = Object.keys(sent).filter((name) => name.startsWith('in_') && name !== 'in_dunning');
  const named = [...SHOWN.filter((name) => name in sent), ...flags].slice(0, MOST_SHOWN);
  const rest = Object.keys(sent).length - named.length;
  const more = rest === 0 ? [] : [named.length === 0 ? `${rest} attributes` : `(+${rest})`];
  return [...named.map((name) => pair(name, sent[name])), ...more].join(' ');
};

const noteOf = ({ outcome }: ToolSettlement): string | null => {
  if (outcome.result === 'delivered') return outcome.warning;
  return 'reason' in outcome ? `${outcome.result}: ${outcome.reason}` : null;
};

/** A person's record that a tool was sent; null when nothing had to be sent. */
export const toToolHappening = (settlement: ToolSettlement, at: Instant): Happening | null => {
  const { row, sent, edges, outcome } = settlement;
  const events = row.edges.filter(({ seq }) => edges.includes(seq)).map(({ event }) => event.name);
  if (events.length === 0 && Object.keys(sent).length === 0) return null;
  return {
    at,
    direction: 'out',
    party: row.tool,
    who: idOf(row.userId),
    what: [...events, attributesText(sent)].filter((part) => part !== '').join(', '),
    end: ENDS[outcome.result],
    note: noteOf(settlement),
  };
};
