import { describe, expect, it } from 'vitest';
import { SIGNATURE_HEADER } from '../../src/providers/stripe/stripe.ts';
import { event, openDoor, post, TOKEN } from './http-door.ts';

describe('what operators see', () => {
  it('is ready when a webhook can be stored', async () => {
    const door = await openDoor();
    expect((await fetch(`${door.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${door.url}/healthz`)).status).toBe(200);
  });

  it('touches the disk once for many who ask at the same time whether it is ready', async () => {
    let probes = 0;
    const door = await openDoor({ onProbe: () => (probes += 1) });
    const responses = await Promise.all(Array.from({ length: 20 }, () => fetch(`${door.url}/readyz`)));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect(probes).toBeLessThanOrEqual(2);
  });

  it('counts webhooks by provider and outcome, and never by what a stranger typed', async () => {
    const door = await openDoor();
    await post(door, event('evt_1'));
    await post(door, event('evt_1'));
    await post(door, 'not json');
    await post(door, event('evt_2'), { headers: { [SIGNATURE_HEADER]: 'x' } });
    await fetch(`${door.url}/webhooks/typed-by-a-stranger`, { method: 'POST' });
    const text = await (await fetch(`${door.url}/metrics`)).text();
    expect(text).toContain('recoup_webhooks_total{provider="stripe",outcome="stored"} 1');
    expect(text).toContain('recoup_webhooks_total{provider="stripe",outcome="duplicate"} 1');
    expect(text).toContain('recoup_webhooks_total{provider="stripe",outcome="dead_letter"} 1');
    expect(text).toContain('recoup_webhooks_total{provider="stripe",outcome="refused"} 1');
    expect(text).toContain('recoup_webhooks_total{provider="other",outcome="off"} 1');
    expect(text).not.toContain('stranger');
    expect(text).toContain('recoup_webhook_ack_seconds_count{provider="stripe"} 3');
    expect(text).toContain('recoup_deliveries{end="unread"} 1');
    expect(text).toContain('recoup_dead_letters 1');
    expect(text).toContain('recoup_look_ups{kind="event"} 0');
    expect(text).toContain('recoup_deliveries_missed 0');
    expect(text).toMatch(/recoup_oldest_unread_age_seconds \d/);
    expect(text).toMatch(/nodejs_eventloop_lag_seconds \d/);
    expect(text).toContain('recoup_store_up 1');
  });

  it('still shows its counters when the store does not answer', async () => {
    const door = await openDoor({ broken: true });
    await post(door, event('evt_1'));
    const text = await (await fetch(`${door.url}/metrics`)).text();
    expect(text).toContain('recoup_store_up 0');
    expect(text).toContain('recoup_webhooks_total{provider="stripe",outcome="failed"} 1');
  });

  it('shows numbers to the bearer of the token only, once one is set', async () => {
    const door = await openDoor({ apiToken: TOKEN });
    const ask = async (authorization?: string): Promise<number> =>
      (await fetch(`${door.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })).status;
    expect(await ask()).toBe(401);
    expect(await ask('Bearer wrong')).toBe(401);
    expect(await ask(TOKEN.reveal())).toBe(401);
    expect(await ask(`Bearer ${TOKEN.reveal()}`)).toBe(200);
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via'])(
    'shows no numbers to what a proxy on this machine forwards (%s) while no token is set',
    async (header) => {
      const door = await openDoor();
      const response = await fetch(`${door.url}/metrics`, { headers: { [header]: '203.0.113.9' } });
      expect(response.status).toBe(403);
    },
  );

  it('shows no secret anywhere', async () => {
    const door = await openDoor({ apiToken: TOKEN });
    await post(door, event('evt_1'));
    const pages = await Promise.all(
      ['/metrics', '/healthz', '/readyz', '/nothing'].map(async (path) => {
        const response = await fetch(`${door.url}${path}`, { headers: { authorization: `Bearer ${TOKEN.reveal()}` } });
        return (await response.text()) + JSON.stringify([...response.headers]);
      }),
    );
    expect(pages.join()).not.toContain('canary');
  });
});
