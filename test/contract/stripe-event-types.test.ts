import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { EVENT_TYPES } from '../../src/providers/stripe/event-types.ts';
import { READERS } from '../../src/providers/stripe/readers.ts';
import { SUBSCRIBE_EVENTS, stripe } from '../../src/providers/stripe/stripe.ts';

const sdk = join(dirname(createRequire(import.meta.url).resolve('stripe')), '..');
const declarations = (file: string) => readFileSync(join(sdk, 'esm', 'resources', file), 'utf8');

const quoted = (source: string) => [...source.matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
const enabled = quoted(/type EnabledEvent = ([^;]+);/.exec(declarations('WebhookEndpoints.d.ts'))?.[1] ?? '').filter(
  (type) => type !== '*',
);
const described = [...declarations('Events.d.ts').matchAll(/^\s+type: '([^']+)'/gm)].map(([, type]) => type ?? '');

describe('the table of event types', () => {
  test.each([
    ['that an endpoint can enable', enabled],
    ['that the SDK describes', described],
  ])('lists every type %s', (_name, types) => {
    expect(types.length).toBeGreaterThan(200);
    expect([...new Set(types)].filter((type) => !Object.hasOwn(EVENT_TYPES, type))).toEqual([]);
  });

  test('lists nothing that Stripe does not document', () => {
    const documented = new Set([...enabled, ...described]);
    expect(Object.keys(EVENT_TYPES).filter((type) => !documented.has(type))).toEqual([]);
  });

  test('gives each type a reader that exists or a reason that says something', () => {
    for (const [type, end] of Object.entries(EVENT_TYPES)) {
      const says = 'reader' in end ? Object.hasOwn(READERS, end.reader) : end.ignored.length > 10;
      expect({ type, says }).toEqual({ type, says: true });
    }
  });

  test('uses every reader', () => {
    const used = new Set(Object.values(EVENT_TYPES).map((end) => ('reader' in end ? end.reader : null)));
    expect(Object.keys(READERS).filter((name) => !used.has(name as keyof typeof READERS))).toEqual([]);
  });
});

test('we ask Stripe for every event from which facts follow, but not to wait for us before it finalises invoices', () => {
  const read = Object.keys(EVENT_TYPES).filter((type) => 'reader' in (EVENT_TYPES[type] ?? {}));
  expect([...SUBSCRIBE_EVENTS, 'invoice.created'].toSorted()).toEqual(read.toSorted());
});

test.each(['invoice.invented', 'constructor', '__proto__', 'toString'])(
  'a type that is not listed is ignored: %s',
  (type) => {
    const body = JSON.stringify({ id: 'evt_1', object: 'event', type, created: 1, data: { object: { id: 'x' } } });
    expect(stripe.admit(body, instant(0))).toMatchObject({
      end: 'ignored',
      reason: 'not a listed Stripe event type',
      keys: { eventId: 'evt_1', eventType: type },
    });
  },
);
