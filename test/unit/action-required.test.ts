import { expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import {
  day,
  declined,
  eventsAt,
  failed,
  ledgerAt,
  saidAt,
  standingAt,
  subscribed,
  toConfirm,
} from './ledger-facts.ts';

it('E2: a request to confirm that stands alone is told when its window is over, and is no attempt', () => {
  const facts = [subscribed(day(0)), toConfirm(day(1), { attemptCount: 0 })];
  expect(saidAt(day(1, 0, 0, 9), facts)).toEqual([]);
  expect(ledgerAt(day(1, 0, 0, 9), facts).changesAt).toContain(day(1, 0, 0, 10));
  expect(saidAt(day(1, 0, 0, 10), facts)).toEqual(['payment_action_required']);
  expect(standingAt(day(1, 1), facts)).toMatchObject({ stage: 'healthy', lead: null });
  expect(eventsAt(day(1, 1), facts)[0]?.properties()).toMatchObject({
    dunning_episode_id: null,
    attempt_key: null,
    invoice_id: 'in_1',
    amount: 49,
    customer_action_required: true,
    hosted_invoice_url: 'https://pay.example/in_1',
  });
});

it.each([
  ['the notice first', 0, 3],
  ['the request first', 3, 0],
])('E2: request and failure of one attempt are one payment_failed: %s', (_, noticeLag, requestLag) => {
  const facts = [
    failed(day(1), {}, instant(day(1) + noticeLag * 1000)),
    toConfirm(day(1), { attemptCount: 0 }, instant(day(1) + requestLag * 1000)),
  ];
  const events = eventsAt(day(1, 0, 1), facts);
  expect(events.map(({ event }) => event)).toEqual(['payment_failed']);
  expect(events[0]?.properties()).toMatchObject({ customer_action_required: true, attempt_number: 1 });
});

it('E1: a failure notice that arrives late takes the request back, and its id does not depend on arrival', () => {
  const request = toConfirm(day(1));
  const late = failed(day(1, 0, 0, 2), {}, day(2));
  expect(saidAt(day(1, 1), [request, late])).toEqual(['payment_action_required']);
  expect(eventsAt(day(2, 1), [request, late]).map(({ event }) => event)).toEqual(['payment_failed']);
});

it('a request of a later attempt is told by itself, in the episode that is open', () => {
  const facts = [failed(day(1)), declined(day(1)), toConfirm(day(4), { attemptCount: 2 })];
  const events = eventsAt(day(5), facts);
  expect(events.map(({ event }) => event)).toEqual(['payment_failed', 'payment_action_required']);
  const [first, second] = events.map((event) => event.properties().dunning_episode_id);
  expect(first).toMatch(/^dun_/);
  expect(second).toBe(first);
  expect(standingAt(day(5), facts).lead?.attemptNumber).toBe(1);
});

it('E4: it waits behind a failure notice of its invoice that still settles', () => {
  const facts = [
    failed(day(1)),
    declined(day(1)),
    toConfirm(day(4)),
    failed(day(4, 0, 5), { attemptCount: 2 }, day(4, 0, 0, 5)),
  ];
  expect(saidAt(day(4, 0, 0, 12), facts)).not.toContain('payment_action_required');
  expect(saidAt(day(4, 1), facts)).toContain('payment_action_required');
});

it('several requests of one second are one', () => {
  const facts = [toConfirm(day(1)), toConfirm(day(1)), toConfirm(day(1, 0, 2))];
  expect(saidAt(day(2), facts)).toEqual(['payment_action_required', 'payment_action_required']);
});
