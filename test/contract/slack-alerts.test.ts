import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slack } from '../../destinations/slack/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import type { ToolEvent } from '../../src/destination-kit/record.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { alertOpened, alertResolved, openSlackBench } from '../stand-ins/slack-bench.ts';
import { NOW } from './tool-records.ts';

const DELIVERED = { answer: 'each', outcomes: [{ result: 'delivered', warning: null }] };
const ID = 'dun_1';

let bench: ToolBench;
let sink: ToolSink;
const sinkWith = (settings: ToolSettings) => makeActionsSink(slack, settings, { now: () => NOW, timeoutMs: 5_000 });
beforeEach(async () => {
  bench = await openSlackBench({ now: () => NOW });
  sink = sinkWith(bench.settings);
});
afterEach(() => bench.standIn.close());

const post = async (...events: readonly ToolEvent[]) => sink.send([bench.record(ID, { events })]);
const lastText = () => JSON.stringify(bench.standIn.requests.at(-1)?.body);

describe('the alert', () => {
  it('says who, which plan, what is at stake, why, and what comes next', async () => {
    expect(await post(alertOpened(ID, NOW))).toEqual(DELIVERED);
    expect(bench.standIn.requests.at(-1)?.body).toEqual({
      text: ':rotating_light: Payment failed: high-value account cus_7',
      blocks: [
        {
          type: 'header',
          text: { type: 'plain_text', text: ':rotating_light: Payment failed: high-value account', emoji: true },
        },
        {
          type: 'section',
          fields: [
            '*User*\nuser_7',
            '*Account*\ncus_7',
            '*Plan*\nenterprise_annual',
            '*ARR*\nUSD 120,000.00',
            '*Amount due*\nUSD 10,000.00',
            '*Reason*\nthe card must be updated',
            '*Attempts*\n2',
            '*Next try*\n<!date^1773392400^{date_short_pretty} {time}|2026-03-13T09:00:00.000Z>',
          ].map((text) => ({ type: 'mrkdwn', text, verbatim: true })),
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: '<https://pay.example.com/i/1?a=1&amp;b=2|Payment page>  ·  dun_1',
              verbatim: true,
            },
          ],
        },
      ],
    });
  });

  it('that is called off says how it ended', async () => {
    expect(await post(alertResolved(ID, NOW))).toEqual(DELIVERED);
    expect(lastText()).toContain('Payment recovered');
    expect(lastText()).toContain('USD 10,000.00');
    await post(alertResolved(ID, NOW, { outcome: 'written_off', amount: null }));
    expect(lastText()).toContain('Dunning written off');
    expect(lastText()).not.toContain('Amount');
  });

  it('leaves out what is not known, and still is a message that Slack takes', async () => {
    const unknown = Object.fromEntries(Object.keys(alertOpened(ID, NOW).properties).map((name) => [name, null]));
    expect(await post(alertOpened(ID, NOW, unknown))).toEqual(DELIVERED);
    expect(lastText()).toContain('none scheduled');
    expect(lastText()).not.toContain('null');
  });

  it('mentions nobody and links nowhere, whatever an id holds', async () => {
    const evil = '<!channel> <https://evil.invalid|pay> & co';
    expect(await post(alertOpened(ID, NOW, { plan_id: evil, account_id: evil }))).toEqual(DELIVERED);
    expect(lastText()).not.toContain('<!channel>');
    expect(lastText()).not.toContain('<https://evil');
    expect(lastText()).toContain('&lt;!channel&gt; &lt;https://evil.invalid|pay&gt; &amp; co');
  });

  it.each(['javascript:alert(1)', 'pay here', 'https://pay.example.com/|x>y'])(
    'makes no other link of the address %s',
    async (update_payment_url) => {
      expect(await post(alertOpened(ID, NOW, { update_payment_url }))).toEqual(DELIVERED);
      expect(lastText()).not.toContain(`<${update_payment_url}`);
    },
  );

  it('fits however long an id is', async () => {
    const long = '<'.repeat(5_000);
    expect(await post(alertOpened(ID, NOW, { plan_id: long, user_id: long, account_id: long }))).toEqual(DELIVERED);
  });
});

describe('once', () => {
  it('an alert that may have been posted is not one that Slack would know again', () => {
    expect(slack.resendsUnknownEvents).toBe(false);
  });

  it.each([
    ['no answer', { kind: 'silence', applied: true, socket: 'destroyed' }],
    ['an answer of somebody else', { kind: 'garbage', applied: true, body: '<html>a proxy</html>' }],
    ['rollup_error', { kind: 'status', status: 500 }],
  ] as const)('an alert with %s is of unknown outcome', async (_case, fault) => {
    bench.standIn.inject(fault);
    const answer = await post(alertOpened(ID, NOW));
    const told = answer.answer === 'each' ? answer.outcomes[0]?.result : answer.answer;
    expect(told).toBe('unknown');
  });

  it('what is certainly not posted after another message was, is tried again', async () => {
    expect(await post(alertResolved('dun_0', NOW), alertOpened(ID, NOW))).toEqual(DELIVERED);
    bench.standIn.inject({ kind: 'throttled' }, { holding: [ID] });
    expect(await post(alertResolved('dun_0', NOW), alertOpened(ID, NOW))).toMatchObject({
      outcomes: [{ result: 'retry', reason: 'status 429: rate_limited' }],
    });
  });
});

describe('an answer', () => {
  it.each([
    [400, 'refused', 'invalid_payload'],
    [403, 'stopped', 'action_prohibited'],
    [404, 'stopped', 'channel_not_found'],
    [410, 'stopped', 'channel_is_archived'],
    [503, 'unavailable', 'rollup_error'],
  ])('of status %i means %s, and quotes %s', async (status, answer, code) => {
    bench.standIn.inject({ kind: 'status', status });
    const told = await post(alertOpened(ID, NOW));
    expect(told).toMatchObject({ answer });
    expect(JSON.stringify(told)).toContain(code);
  });

  it('of status 429 is waited out as long as it asks', async () => {
    bench.standIn.inject({ kind: 'throttled' });
    expect(await post(alertOpened(ID, NOW))).toMatchObject({ answer: 'throttled', until: NOW + 3_000 });
  });

  it('to a webhook that was removed stops the tool, and the address is in no word of it', async () => {
    const told = await sinkWith(bench.badSettings).send([bench.record(ID)]);
    expect(told).toMatchObject({ answer: 'stopped', reason: expect.stringContaining('no_service') });
    expect(JSON.stringify(told)).not.toContain('/services/');
  });
});

it('the check of the address posts nothing', async () => {
  expect(await slack.checkCredentials?.(bench.settings, 100)).toEqual({ ok: true, unasked: true });
  expect(await slack.checkCredentials?.({ webhook_url: 'https://example.com/' }, 100)).toMatchObject({ ok: false });
  expect(bench.standIn.requests).toEqual([]);
});
