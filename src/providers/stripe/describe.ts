import type { EventEnd } from './event-end.ts';
import { EVENT_TYPES } from './event-types.ts';
import { STRIPE_CANNOT_TELL } from './limits.ts';
import { READERS } from './readers.ts';
import { SUBSCRIBE_EVENTS } from './subscribe.ts';

/** Stripe's part of `docs/providers.md`, in Markdown: what is read, what is not and why, what Stripe cannot tell. */
export const describeStripe = (): string =>
  [
    '## Stripe',
    'Snapshot events of any API version since 2018, told apart by their fields and not by `api_version`.',
    '### Read',
    'A star marks the types that the endpoint should subscribe to. `invoice.created` is read if it comes, but Stripe waits for its answer before it finalises an invoice: do not subscribe to it.',
    table(['Event type', 'Facts'], Object.entries(EVENT_TYPES).flatMap(readRow)),
    '### What Stripe cannot tell',
    STRIPE_CANNOT_TELL.map((limit) => `- ${limit}`).join('\n'),
    '### Ignored',
    table(['Event types', 'Why'], ignoredRows()),
  ].join('\n\n');

const readRow = ([type, end]: readonly [string, EventEnd]): readonly (readonly string[])[] => {
  if ('ignored' in end) return [];
  const star = SUBSCRIBE_EVENTS.includes(type) ? ' *' : '';
  return [[`\`${type}\`${star}`, READERS[end.reader].kinds.map((kind) => `\`${kind}\``).join(', ')]];
};

const ignoredRows = (): readonly (readonly string[])[] => {
  const byReason = Map.groupBy(Object.entries(EVENT_TYPES), ([, end]) => ('ignored' in end ? end.ignored : null));
  return [...byReason].flatMap(([reason, rows]) =>
    reason === null ? [] : [[rows.map(([type]) => `\`${type}\``).join(', '), reason]],
  );
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
