import { expect, test } from 'vitest';
import { basilSubscription } from './stripe-payloads.ts';
import { factOf } from './stripe-reading.ts';

test.each([
  ['customer.subscription.paused', 'paused', 'other'],
  ['customer.subscription.resumed', 'active', 'paused'],
  ['customer.subscription.updated', 'paused', null],
  ['customer.subscription.trial_will_end', 'trialing', null],
] as const)('%s tells by its type alone that the status changed, or does not', (type, status, previousStatus) => {
  expect(factOf(type, { ...basilSubscription, status })).toMatchObject({ subscription: { status }, previousStatus });
});

test('what a payload names outranks what its type implies', () => {
  const before = {
    data: { object: { ...basilSubscription, status: 'paused' }, previous_attributes: { status: 'trialing' } },
  };
  expect(factOf('customer.subscription.paused', basilSubscription, before)).toMatchObject({
    previousStatus: 'trialing',
  });
});
