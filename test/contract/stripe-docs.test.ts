import { expect, test } from 'vitest';
import { describeStripe } from '../../src/providers/stripe/describe.ts';

const HEAD =
  '# Billing providers\n\nWhat becomes of each webhook, generated from the code by `vitest run test/contract/stripe-docs.test.ts -u`.';

test('docs/providers.md says what the code does with every event type', async () => {
  await expect(`${HEAD}\n\n${describeStripe()}\n`).toMatchFileSnapshot('../../docs/providers.md');
});
