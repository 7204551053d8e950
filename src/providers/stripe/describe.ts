import { API_READ_OBJECTS } from './api-read-types.ts';
import type { EventEnd } from './event-end.ts';
import { EVENT_TYPES } from './event-types.ts';
import { STRIPE_CANNOT_TELL } from './limits.ts';
import { READERS, type ReaderName } from './readers.ts';
import { SUBSCRIBE_EVENTS } from './subscribe.ts';
import { THIN_EVENT_TYPES } from './thin-event-types.ts';

/** Stripe's part of `docs/providers.md`, in Markdown: what is read, what is not and why, what Stripe cannot tell. */
export const describeStripe = (): string =>
  [
    '## Stripe',
    'Snapshot events of any API version since 2018, told apart by their fields and not by `api_version`; thin events; and objects read from the API.',
    '### Read',
    'A star marks the types that the endpoint should subscribe to. `invoice.created` is read if it comes, but Stripe waits for its answer before it finalises an invoice: do not subscribe to it.',
    table(['Event type', 'Facts'], Object.entries(EVENT_TYPES).flatMap(readRow)),
    '### Thin events',
    'They carry no data. `v1.` before a type above is looked up and then read as that; before any other type it ends as that does. Those without a snapshot event of the same name:',
    table(['Thin event type', 'End'], Object.entries(THIN_EVENT_TYPES).map(thinRow)),
    '### Read from the API',
    'By a backfill or a look-up, as `backfill.<object>` and `lookup.<object>`. Nothing in them is a notice.',
    table(['Object', 'Facts'], Object.entries(API_READ_OBJECTS).flatMap(readRow)),
    '### What Stripe cannot tell',
    STRIPE_CANNOT_TELL.map((limit) => `- ${limit}`).join('\n'),
    '### Ignored',
    table(['Event types', 'Why'], ignoredRows()),
  ].join('\n\n');

const readRow = ([type, end]: readonly [string, EventEnd]): readonly (readonly string[])[] => {
  if ('ignored' in end) return [];
  const star = SUBSCRIBE_EVENTS.includes(type) ? ' *' : '';
  return [[`\`${type}\`${star}`, kindsOf(end.reader)]];
};

const thinRow = ([type, end]: readonly [string, EventEnd]): readonly string[] => [
  `\`${type}\``,
  'ignored' in end ? `ignored: ${end.ignored}` : `looked up: ${kindsOf(end.reader)}`,
];

const kindsOf = (reader: ReaderName): string => READERS[reader].kinds.map((kind) => `\`${kind}\``).join(', ');

const ignoredRows = (): readonly (readonly string[])[] => {
  const byReason = Map.groupBy(Object.entries(EVENT_TYPES), ([, end]) => ('ignored' in end ? end.ignored : null));
  return [...byReason].flatMap(([reason, rows]) =>
    reason === null ? [] : [[rows.map(([type]) => `\`${type}\``).join(', '), reason]],
  );
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
