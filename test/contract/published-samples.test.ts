import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FACT_RANK } from '../../src/domain/fact.ts';
import { instant } from '../../src/domain/instant.ts';
import { endOf } from '../../src/providers/stripe/event-types.ts';
import { READERS } from '../../src/providers/stripe/readers.ts';
import { signStripe, stripe } from '../../src/providers/stripe/stripe.ts';
import expected from './published-samples.json' with { type: 'json' };

/**
 * Webhooks that other projects published, as they would end here. The table is part of this project, the samples
 * are not: they are read when they lie beside the checkout, or in the folder that RECOUP_SAMPLES names.
 */
interface Row {
  /** Null: the sample is no event. */
  readonly type: string | null;
  /** `understood: <fact kinds>`, `ignored: <reason>` or `dead_letter: <error>`. */
  readonly end: string;
}

const TABLE: Readonly<Record<string, Row>> = expected;

/** What the code says against a row, without looking at the sample; null: nothing. */
const objectionTo = ({ type, end }: Row): string | null => {
  const [, kind, rest = ''] = /^(understood|ignored|dead_letter): (.+)$/.exec(end) ?? [];
  if (kind === undefined) return 'it is none of the three ends';
  if (type === null) return kind === 'dead_letter' ? null : 'what is no event is a dead letter';
  const known = endOf(type);
  if ('ignored' in known) return end === `ignored: ${known.ignored}` ? null : `the type is ignored: ${known.ignored}`;
  if (kind === 'dead_letter') return 'the type is read, and the sample is an event';
  const kinds: readonly string[] = READERS[known.reader].kinds;
  const foreign = kind === 'understood' ? rest.split(', ').find((fact) => !kinds.includes(fact)) : undefined;
  return foreign === undefined ? null : `the type's reader states no ${foreign}`;
};

describe('the table of published samples', () => {
  test.each(Object.entries(TABLE))('agrees with the code about %s', (_name, row) => {
    expect(objectionTo(row)).toBeNull();
  });

  test('covers every kind of end, and facts of most kinds', () => {
    const ends = Object.values(TABLE).map(({ end }) => end.split(': '));
    expect(new Set(ends.map(([kind]) => kind))).toEqual(new Set(['understood', 'ignored', 'dead_letter']));
    const stated = new Set(ends.flatMap(([kind, facts = '']) => (kind === 'understood' ? facts.split(', ') : [])));
    const kinds = Object.keys(FACT_RANK);
    expect([...stated].filter((fact) => !kinds.includes(fact))).toEqual([]);
    expect(stated.size).toBeGreaterThan(kinds.length / 2);
  });

  test.each([
    ['an end that does not exist', { type: 'invoice.paid', end: 'forgotten: why' }],
    ['an event that is none', { type: null, end: 'understood: invoice_paid' }],
    ['a reason that is not the type’s', { type: 'review.opened', end: 'ignored: because' }],
    ['an ignored type that is read', { type: 'review.opened', end: 'understood: invoice_paid' }],
    ['a read type that is refused', { type: 'invoice.paid', end: 'dead_letter: broken' }],
    ['a fact that the reader does not state', { type: 'invoice.paid', end: 'understood: attempt_failed' }],
    ['a fact that does not exist', { type: 'invoice.paid', end: 'understood: invoice_paid, invented' }],
  ])('would not pass with %s', (_name, row) => {
    expect(objectionTo(row)).not.toBeNull();
  });
});

const FOLDER = resolve(process.env.RECOUP_SAMPLES ?? join(import.meta.dirname, '../../../shared/fixtures/stripe'));
const present = existsSync(FOLDER);
const NOW = instant(1_790_000_000_000);
const SECRET = 'whsec_samples';

/** How the door and the reader end the sample. */
const rowOf = (rawBody: string): Row => {
  const admission = stripe.admit(rawBody, NOW);
  const type = admission.keys.eventType === 'unknown' ? null : admission.keys.eventType;
  if (admission.end === 'ignored') return { type, end: `ignored: ${admission.reason}` };
  if (admission.end === 'look_up') return { type, end: `look_up: ${admission.thin.type}` };
  if (admission.end === 'dead_letter') return { type, end: `dead_letter: ${admission.error}` };
  const reading = stripe.normalise(rawBody, { receivedAt: NOW, userIdKeys: ['user_id'], contactKeys: [] });
  if (reading.end === 'ignored') return { type, end: `ignored: ${reading.reason}` };
  if (reading.end === 'dead_letter') return { type, end: `dead_letter: ${reading.error}` };
  return { type, end: `understood: ${reading.facts.map(({ kind }) => kind).join(', ')}` };
};

const why = present ? '' : ' (skipped: they do not lie beside the checkout; name their folder in RECOUP_SAMPLES)';

describe.skipIf(!present)(`published samples, when they lie beside the checkout${why}`, () => {
  const names = present ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];

  test('are exactly those of the table', () => {
    expect(names.toSorted()).toEqual(Object.keys(TABLE).toSorted());
  });

  test.each(names)('%s is accepted when signed, and ends as the table says', (name) => {
    const rawBody = readFileSync(join(FOLDER, name), 'utf8');
    const headers = { 'stripe-signature': signStripe(rawBody, SECRET, NOW) };
    expect(stripe.verify({ rawBody: Buffer.from(rawBody), headers, secrets: [SECRET], now: NOW })).toEqual({
      ok: true,
    });
    expect(rowOf(rawBody)).toEqual(TABLE[name]);
  });
});
