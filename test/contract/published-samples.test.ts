import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { signStripe, stripe } from '../../src/providers/stripe/stripe.ts';
import expected from './published-samples.json' with { type: 'json' };

/**
 * Webhooks that other projects published, kept beside the checkout and not in it. Another folder may be named by
 * RECOUP_SAMPLES.
 */
const FOLDER = resolve(process.env.RECOUP_SAMPLES ?? join(import.meta.dirname, '../../../shared/fixtures/stripe'));
const present = existsSync(FOLDER);
const NOW = instant(1_790_000_000_000);
const SECRET = 'whsec_samples';

/** Where the sample ends, and the facts or the reason. */
const endOf = (rawBody: string): string => {
  const admission = stripe.admit(rawBody, NOW);
  if (admission.end === 'ignored') return `ignored: ${admission.reason}`;
  if (admission.end === 'dead_letter') return `dead_letter: ${admission.error}`;
  const reading = stripe.normalise(rawBody, { receivedAt: NOW, userIdKeys: ['user_id'] });
  if (reading.end === 'ignored') return `ignored: ${reading.reason}`;
  if (reading.end === 'dead_letter') return `dead_letter: ${reading.error}`;
  return `understood: ${reading.facts.map(({ kind }) => kind).join(', ')}`;
};

const ends: Readonly<Record<string, string>> = expected;

if (!present) console.info(`The published samples are not at ${FOLDER}: their test is skipped.`);

describe.skipIf(!present)('published samples', () => {
  const names = present ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];

  test('are exactly those of the table', () => {
    expect(names.toSorted()).toEqual(Object.keys(ends).toSorted());
  });

  test.each(names)('%s is accepted when signed, and ends as the table says', (name) => {
    const rawBody = readFileSync(join(FOLDER, name), 'utf8');
    const headers = { 'stripe-signature': signStripe(rawBody, SECRET, NOW) };
    expect(stripe.verify({ rawBody: Buffer.from(rawBody), headers, secrets: [SECRET], now: NOW })).toEqual({
      ok: true,
    });
    expect(endOf(rawBody)).toBe(ends[name]);
  });
});
