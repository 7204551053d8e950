import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHURN_BUSTER_TYPES } from '../../src/interventions/churn-buster/event-types.ts';
import { CHURNKEY_TYPES } from '../../src/interventions/churnkey/event-types.ts';
import { CLAIM_MS } from '../../src/interventions/claim.ts';

const page = readFileSync(new URL('../../docs/other-recovery-tools.md', import.meta.url), 'utf8');

test.each([
  ['Churn Buster', CHURN_BUSTER_TYPES],
  ['Churnkey', CHURNKEY_TYPES],
])('the manual says what becomes of every type that %s may send', (_name, table) => {
  const missing = Object.keys(table).filter((type) => !page.includes(`\`${type}\``));
  expect(missing).toEqual([]);
});

test('the manual says after how many days a claim lapses', () => {
  expect(page).toContain(`${CLAIM_MS / 86_400_000} days`);
});
