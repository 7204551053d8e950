import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCampaigns } from '../../destinations/iterable/cancel-campaigns.ts';
import { iterable } from '../../destinations/iterable/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { type IterableStandIn, startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import { recorded } from './recorded.ts';
import { NOW, toolEvent, toolRecord } from './tool-records.ts';

const KEY = 'k';
const CAMPAIGNS = 'email:101 push:102';

/** Someone who paid. */
const recovered = (userId: string, parts: Partial<ToolRecord> = {}): ToolRecord =>
  toolRecord(userId, {
    attributes: { in_dunning: false },
    events: [toolEvent('payment_recovered', userId)],
    isNew: false,
    ...parts,
  });

let standIn: IterableStandIn;
beforeEach(async () => {
  standIn = await startIterableStandIn({ key: KEY, now: () => NOW, limitsRates: false });
  standIn.types.set('dunning_amount_due', 'double');
});
afterEach(() => standIn.close());

const settings = (cancelCampaigns = CAMPAIGNS) =>
  iterable.credentials({ apiKey: KEY, baseUrl: standIn.url, cancelCampaigns });

const send = async (records: readonly ToolRecord[], cancelCampaigns?: string) => {
  const answer = await makeActionsSink(iterable, settings(cancelCampaigns), { now: () => NOW }).send(records);
  return answer.answer === 'each' ? answer.outcomes : answer;
};
const schedule = (userId: string) => {
  for (const [channel, campaignId] of [
    ['email', 101],
    ['push', 102],
    ['email', 900],
  ] as const)
    standIn.scheduled.schedule({ channel, campaignId, userId });
};
const waiting = (userId: string) =>
  standIn.scheduled
    .waiting()
    .filter((each) => each.userId === userId)
    .map(({ campaignId }) => campaignId);
const cancels = () => standIn.requests.filter(({ path }) => path.endsWith('/cancel'));
const answers = (status: number, code: string) =>
  ({ kind: 'status', status, body: { code, msg: 'as Iterable says', params: {} } }) as const;

describe('what is scheduled for somebody who is not to be dunned any more', () => {
  it('is canceled for the campaigns that policy names, after state and events, and nothing else is', async () => {
    schedule('user_1');
    expect(await send([recovered('user_1')])).toEqual([{ result: 'delivered', warning: null }]);
    expect(waiting('user_1')).toEqual([900]);
    const asked = standIn.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(asked.slice(0, 2)).toEqual(['/api/users/bulkUpdate', '/api/events/trackBulk']);
    expect(asked.slice(2).sort()).toEqual(['/api/email/cancel', '/api/push/cancel']);
    expect(new Set(cancels().map(({ body }) => body))).toEqual(
      new Set([
        { campaignId: 101, userId: 'user_1' },
        { campaignId: 102, userId: 'user_1' },
      ]),
    );
  });

  it.each([
    ['suppressed', { dunning_suppressed: true }],
    ['out of dunning', { in_dunning: false }],
    ['nobody any more', { in_dunning: null }],
  ])('is canceled who is %s', async (_name, attributes) => {
    schedule('user_1');
    await send([recovered('user_1', { attributes, events: [] })]);
    expect(waiting('user_1')).toEqual([900]);
  });

  it.each([
    ['enters dunning', { in_dunning: true }],
    ['is written to again', { in_dunning: true, dunning_suppressed: false }],
    ['changes in something else', { dunning_attempt_number: 2 }],
  ])('stays scheduled for who %s', async (_name, attributes) => {
    schedule('user_1');
    expect(await send([recovered('user_1', { attributes, events: [] })])).toEqual([
      { result: 'delivered', warning: null },
    ]);
    expect(cancels()).toEqual([]);
  });

  it('is asked for by nobody while policy names no campaign', async () => {
    schedule('user_1');
    await send([recovered('user_1')], '');
    expect(cancels()).toEqual([]);
  });

  it('counts as canceled where Iterable says that nothing is scheduled', async () => {
    expect(await send([recovered('user_1')])).toEqual([{ result: 'delivered', warning: null }]);
    expect(cancels().map(({ status }) => status)).toEqual([400, 400]);
  });
});

describe('a cancel that fails', () => {
  /** The state is taken, and the request after it meets the fault. */
  const failing = async (fault: Parameters<IterableStandIn['inject']>[0]) => {
    schedule('user_1');
    const sink = makeActionsSink(iterable, settings(), { now: () => NOW });
    let isMet = false;
    standIn.users.watch({
      onWrite: () => {
        if (!isMet) standIn.inject(fault, { calls: 1 });
        isMet = true;
      },
    });
    const answer = await sink.send([recovered('user_1', { events: [] }), toolRecord('user_2', { events: [] })]);
    return answer.answer === 'each' ? answer.outcomes : answer;
  };

  it.each([
    ['throttled', { kind: 'throttled' } as const],
    ['out of order', answers(503, 'GenericError')],
    ['in error', answers(500, 'DatabaseError')],
    ['not allowed', answers(403, 'Forbidden')],
    ['silent', { kind: 'silence', applied: true, socket: 'destroyed' } as const],
  ])(
    'because Iterable is %s leaves the record owed, its state in doubt, and everybody else delivered',
    async (_name, fault) => {
      const outcomes = await failing(fault);
      expect(outcomes).toMatchObject([
        { result: 'unknown', reason: expect.stringMatching(/scheduled sends not canceled: .*attributes told/) },
        { result: 'delivered' },
      ]);
      expect(JSON.stringify(outcomes)).not.toContain(KEY.repeat(3));
      expect(waiting('user_1')).toContain(900);
    },
  );

  it('is made good by the next call, which repeats what was taken', async () => {
    await failing(answers(503, 'GenericError'));
    standIn.heal();
    expect(await send([recovered('user_1')])).toEqual([{ result: 'delivered', warning: null }]);
    expect(waiting('user_1')).toEqual([900]);
    expect([...standIn.users.events.values()]).toHaveLength(1);
  });

  it('for one person, always, keeps nobody else waiting', async () => {
    const others = Array.from({ length: 20 }, (_, index) => `user_${index}`);
    for (const userId of ['user_ill', ...others]) schedule(userId);
    let isMet = false;
    standIn.users.watch({
      onWrite: () => {
        if (!isMet) standIn.inject(answers(500, 'DatabaseError'), { calls: 100, holding: ['user_ill'] });
        isMet = true;
      },
    });
    const outcomes = await send(['user_ill', ...others].map((userId) => recovered(userId, { events: [] })));
    expect(outcomes).toMatchObject([{ result: 'unknown' }, ...others.map(() => ({ result: 'delivered' }))]);
    expect(others.flatMap(waiting)).toEqual(others.map(() => 900));
    expect(waiting('user_ill')).toEqual([101, 102, 900]);
  });

  it('for one person after the other ends the asking', async () => {
    standIn.users.watch({ onWrite: () => void standIn.inject(answers(500, 'DatabaseError'), { calls: 1_000 }) });
    await send(Array.from({ length: 50 }, (_, index) => recovered(`user_${index}`, { events: [] })));
    expect(cancels().length).toBeLessThanOrEqual(16);
  });

  it('because everybody would fail ends the asking: who is left is owed as well, and not asked for in vain', async () => {
    standIn.users.watch({ onWrite: () => void standIn.inject(answers(429, 'RateLimitExceeded')) });
    const records = Array.from({ length: 50 }, (_, index) => recovered(`user_${index}`, { events: [] }));
    const outcomes = await send(records);
    expect(Array.isArray(outcomes) && outcomes.every(({ result }) => result === 'unknown')).toBe(true);
    expect(cancels().length).toBeLessThanOrEqual(8);
  });
});

describe('the inspection', () => {
  it('finds campaigns that the project does not have, on whatever page the others are', async () => {
    for (let id = 1_000; id < 2_100; id += 1) standIn.scheduled.campaigns.add(id);
    standIn.scheduled.campaigns.add(101);
    const problems = await iterable.inspect?.(settings(), 5_000);
    expect(problems).toMatchObject([{ problem: expect.stringContaining('no campaign 102') }]);
    expect(await iterable.inspect?.(settings('email:101'), 5_000)).toEqual([]);
  });

  it('asks for no campaigns while policy names none', async () => {
    expect(await iterable.inspect?.(settings(''), 5_000)).toEqual([]);
    expect(standIn.requests.some(({ path }) => path.startsWith('/api/campaigns'))).toBe(false);
  });
});

describe('the setting', () => {
  it('names each campaign once', () => {
    expect(parseCampaigns('email:101, push:102 email:101')).toEqual([
      { channel: 'email', campaignId: 101 },
      { channel: 'push', campaignId: 102 },
    ]);
  });

  it.each(['101', 'mail:101', 'email:', 'email:1.5', 'constructor:1'])('refuses %s', (text) => {
    expect(() => parseCampaigns(text)).toThrow(/Not a campaign/);
  });

  it('makes the recorder show the same requests', async () => {
    const requests = await recorded(iterable, settings(), [recovered('user_1')]);
    const asked = requests.map(({ url }) => new URL(url).pathname);
    expect(asked.slice(0, 2)).toEqual(['/api/users/bulkUpdate', '/api/events/trackBulk']);
    expect(asked.slice(2).sort()).toEqual(['/api/email/cancel', '/api/push/cancel']);
  });
});
