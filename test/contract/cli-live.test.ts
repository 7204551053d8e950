import { describe, expect, it, vi } from 'vitest';
import { liveLine, makeLiveLog } from '../../src/cli/live-log.ts';
import type { Happening } from '../../src/domain/happening.ts';
import { instant } from '../../src/domain/instant.ts';
import { toCallHappening, toToolHappening, toWebhookHappening } from '../../src/pipeline/happenings.ts';
import type { OutboxRow, SegmentCall } from '../../src/pipeline/ports.ts';
import type { ToolSettlement } from '../../src/pipeline/tools/tool-ports.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { lifecycle } from '../../src/simulate/lifecycles.ts';
import { urlOf, useStartPlace } from './start-process.ts';

const AT = instant(Date.UTC(2026, 4, 4, 8, 30, 1, 120));
const SECRET = 'whsec_canary_of_the_live_log';
const { run } = useStartPlace();

const webhook: Happening = {
  at: AT,
  direction: 'in',
  party: 'stripe',
  who: 'cus_ada',
  what: 'invoice.payment_failed',
  end: 'done',
  note: null,
};

describe('a line of the live log', () => {
  it('has the time in UTC, the arrow, the other side, whom and what, in columns', () => {
    expect(liveLine(webhook, 120)).toBe('08:30:01.120 --> stripe     cus_ada                  invoice.payment_failed');
    const task = { ...webhook, party: 'salesforce-accounts' };
    expect(liveLine(task, 80)).toContain(' sales…unts cus_ada ');
    expect(liveLine(task, 140)).toContain(' salesforce-accounts cus_ada ');
    expect(liveLine({ ...webhook, direction: 'out', end: 'kept' }, 120)).toContain(' <·· stripe ');
  });

  it('stays on its line, whatever it has to say and however narrow the terminal is', () => {
    const long = { ...webhook, who: 'cus_'.repeat(20), note: 'refused: '.repeat(40) };
    for (const width of [80, 120]) expect(liveLine(long, width).length).toBeLessThanOrEqual(width);
    const hostile = liveLine({ ...webhook, who: '\u001b[2Jx\n' }, 120);
    for (const sign of ['\n', '\u001b']) expect(hostile).not.toContain(sign);
  });
});

describe('the live log under load', () => {
  it('shows what a person can read of a second and counts the rest', () => {
    let now = 0;
    const lines: string[] = [];
    const log = makeLiveLog(
      () => now,
      (line) => lines.push(line),
    );
    for (let i = 0; i < 1_000; i += 1) log.show([webhook]);
    log.show([], 224);
    const inFirst = lines.length;
    expect(inFirst).toBeLessThanOrEqual(25);
    now = 1_000;
    log.show([webhook]);
    expect(lines[inFirst]).toMatch(/… 1,204 more$/);
    expect(lines[inFirst + 1]).toContain('invoice.payment_failed');
    log.flush();
    expect(lines).toHaveLength(inFirst + 2);
  });
});

const call = (part: Partial<SegmentCall>): OutboxRow => ({
  seq: 1,
  profileId: 1,
  committedAt: AT,
  channel: 'segment',
  call: {
    type: 'track',
    messageId: 'test:1',
    userId: 'ada',
    timestamp: '2026-05-04T08:30:01.120Z',
    context: {},
    integrations: {},
    ...part,
  },
});
const whatOf = (part: Partial<SegmentCall>) =>
  toCallHappening({ row: call(part), outcome: { result: 'delivered' } }, AT)?.what;

describe('what is told of a happening', () => {
  it('names the event, the membership and the state of a call, and each membership once', () => {
    expect(whatOf({ event: 'payment_failed' })).toBe('track payment_failed');
    expect(whatOf({ event: 'Audience Entered', properties: { audience_key: 'suppressed' } })).toBe(
      'entered suppressed',
    );
    expect(whatOf({ event: 'Audience Exited', properties: { audience_key: 'suppressed' } })).toBe('exited suppressed');
    expect(whatOf({ type: 'identify', traits: { dunning_status: 'active' } })).toBe('identify dunning_status=active');
    expect(whatOf({ type: 'identify', traits: { suppressed: true } })).toBeUndefined();
  });

  it('shows of a tool its events, what matters most and how much more; no link, no amount', () => {
    const settlement = {
      row: { tool: 'braze', userId: 'ada', edges: [{ seq: 7, event: { name: 'dunning_stage_entered' } }] },
      sent: {
        update_payment_url: 'https://pay.example/secret-token',
        dunning_amount_due: 49.5,
        in_dunning_retrying: true,
        next_retry_date: '2026-05-07T08:30:00.000Z',
        in_dunning: true,
      },
      edges: [7],
      dropped: [],
      outcome: { result: 'delivered', warning: null },
    } as unknown as ToolSettlement;
    expect(toToolHappening(settlement, AT)).toMatchObject({
      party: 'braze',
      who: 'ada',
      what: 'dunning_stage_entered, in_dunning=true next_retry_date=2026-05-07 (+3)',
      end: 'done',
    });
    expect(toToolHappening({ ...settlement, sent: {}, edges: [] }, AT)).toBeNull();
  });

  it('tells no address of a person whose user id is one, and nothing of a request to a provider that is off', () => {
    const outcome = { result: 'rejected', reason: 'HTTP 400' } as const;
    const told = toCallHappening({ row: call({ userId: 'ada@example.com' }), outcome }, AT);
    expect(told).toMatchObject({ end: 'trouble', note: 'rejected: HTTP 400' });
    expect(JSON.stringify(told)).not.toContain('example.com');
    expect(toWebhookHappening({ provider: 'other', outcome: 'off', reason: null }, AT)).toBeNull();
  });
});

const failure = lifecycle('renewal-failed', {
  account: { shape: 'basil', livemode: true, customer: 'cus_ada', userId: 'ada', planId: 'pro', priceId: 'price_pro' },
  startsAt: Math.floor(Date.now() / 1_000) * 1_000 - 60_000,
}).map(({ event }) => JSON.stringify(event));

const post = async (url: string): Promise<void> => {
  for (const body of failure) {
    const headers = { [SIGNATURE_HEADER]: signStripe(body, SECRET, instant(Date.now())) };
    expect((await fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body })).status).toBe(200);
  }
};

describe('recoup start', () => {
  it('shows with --live what came in and what it was for the tools, from both threads', async () => {
    const relay = run({ STRIPE_WEBHOOK_SECRET: SECRET }, ['start', '--live']);
    await post(await urlOf(relay));
    await vi.waitFor(
      () => {
        const { stdout } = relay.output();
        expect(stdout).toMatch(/ --> stripe +cus_ada +invoice\.payment_failed$/m);
        expect(stdout).toMatch(/ <·· segment +ada +track payment_failed$/m);
        expect(stdout).toMatch(/ <·· segment +ada +entered dunning_first_failure_high_value$/m);
        expect(stdout).toMatch(/ <·· braze +ada +dunning_stage_entered, in_dunning=true dunning_stage=first_failure/);
      },
      { timeout: 25_000 },
    );
    relay.child.kill('SIGTERM');
    expect(await relay.exited).toBe(0);
    const { stdout, stderr } = relay.output();
    expect(stdout + stderr).not.toContain(SECRET);
    for (const word of ['\u001b', '4900', 'hosted', 'invoice.stripe.com']) expect(stdout).not.toContain(word);
  });

  it.each([
    { args: ['start', '--live', '--json'], because: 'a program reads' },
    { args: ['start'], because: 'nobody watches' },
  ])('shows nothing of it where $because', async ({ args }) => {
    const relay = run({ STRIPE_WEBHOOK_SECRET: SECRET, LOG_LEVEL: 'silent' }, args);
    const url = await vi.waitFor(
      () => /(http:\/\/127\.0\.0\.1:\d+)/.exec(relay.output().stdout)?.[1] ?? expect.fail('not started'),
      { timeout: 20_000 },
    );
    const before = relay.output().stdout;
    await post(url);
    relay.child.kill('SIGTERM');
    await relay.exited;
    expect(relay.output().stdout).toBe(before);
  });
});
