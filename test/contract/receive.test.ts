import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Instant, instant, plus } from '../../src/domain/instant.ts';
import type { NewDelivery, Store } from '../../src/pipeline/ports.ts';
import { makeReceiver, type Receiver, type ReceiverOptions, type WebhookReport } from '../../src/pipeline/receive.ts';
import { SIGNATURE_HEADER, signStripe, stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';

const NOW = instant(Date.UTC(2026, 10, 21, 12));
const SECRET = 'whsec_current';
const PREVIOUS_SECRET = 'whsec_previous';

const paidInvoice = (id: string): string =>
  JSON.stringify({
    id,
    object: 'event',
    type: 'invoice.paid',
    created: NOW / 1_000,
    livemode: true,
    data: { object: { id: 'in_1', object: 'invoice', customer: 'cus_1', currency: 'usd', status: 'paid' } },
  });

const request = (body: string | Uint8Array, signedAt: Instant = NOW, secret = SECRET) => ({
  provider: 'stripe',
  headers: { [SIGNATURE_HEADER]: signStripe(body, secret, signedAt) },
  rawBody: typeof body === 'string' ? Buffer.from(body) : body,
});

let store: Store;
let reports: WebhookReport[];
let woken: number;

const receiverOn = (options: Partial<ReceiverOptions> = {}): Receiver =>
  makeReceiver({
    store,
    providers: [stripe],
    secretsOf: () => [SECRET, PREVIOUS_SECRET],
    clock: { now: () => NOW },
    onStored: () => {
      woken += 1;
    },
    onReport: (report) => reports.push(report),
    ...options,
  });

const stored = async (): Promise<number> => {
  const { deliveries } = await store.counts();
  return Object.values(deliveries).reduce((sum, count) => sum + count, 0);
};

beforeEach(async () => {
  store = await openStore('sqlite::memory:', { lock: false });
  reports = [];
  woken = 0;
});
afterEach(() => store.close());

describe('receiving a webhook', () => {
  it('answers 200 only after the delivery is stored, and wakes the loop', async () => {
    let durable = false;
    const slow: ReceiverOptions['store'] = {
      accept: async (deliveries) => {
        const acceptances = await store.accept(deliveries);
        durable = true;
        return acceptances;
      },
    };
    const answer = await receiverOn({ store: slow }).receive(request(paidInvoice('evt_1')));
    expect({ status: answer.status, durable, woken }).toEqual({ status: 200, durable: true, woken: 1 });
    expect(await stored()).toBe(1);
  });

  it('answers a duplicate with the very same words, and stores and wakes nothing', async () => {
    const receiver = receiverOn();
    const first = await receiver.receive(request(paidInvoice('evt_1')));
    // Stripe signs each retry anew, days later as well.
    const again = await receiver.receive(request(paidInvoice('evt_1'), plus(NOW, 1_000)));
    expect(again).toEqual(first);
    expect({ rows: await stored(), woken }).toEqual({ rows: 1, woken: 1 });
    expect(reports.map(({ outcome }) => outcome)).toEqual(['stored', 'duplicate']);
  });

  it('takes every active secret, so that a rotation loses nothing', async () => {
    const answers = await Promise.all(
      [SECRET, PREVIOUS_SECRET].map((secret, n) => receiverOn().receive(request(paidInvoice(`evt_${n}`), NOW, secret))),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('refuses a body or signature with any byte changed, with one answer for all reasons, and stores nothing', async () => {
    const receiver = receiverOn();
    const good = request(paidInvoice('evt_1'));
    const header = good.headers[SIGNATURE_HEADER] ?? '';
    const refused = await receiver.receive({ ...good, headers: {} });
    expect(refused).toMatchObject({ status: 400 });
    await fc.assert(
      fc.asyncProperty(fc.nat(good.rawBody.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const rawBody = Buffer.from(good.rawBody);
        rawBody[at] = (rawBody[at] ?? 0) ^ mask;
        expect(await receiver.receive({ ...good, rawBody })).toEqual(refused);
      }),
      { numRuns: 300 },
    );
    for (const [at, char] of [...header].entries()) {
      const other = char === '0' ? '1' : '0';
      const changed = `${header.slice(0, at)}${other}${header.slice(at + 1)}`;
      expect(await receiver.receive({ ...good, headers: { [SIGNATURE_HEADER]: changed } })).toEqual(refused);
    }
    expect({ rows: await stored(), woken }).toEqual({ rows: 0, woken: 0 });
  });

  it('refuses the same event written differently: the signature is over the bytes, not over what they mean', async () => {
    const { headers } = request(paidInvoice('evt_1'));
    const body = JSON.stringify(JSON.parse(paidInvoice('evt_1')), null, 1);
    const answer = await receiverOn().receive({ provider: 'stripe', headers, rawBody: Buffer.from(body) });
    expect(answer.status).toBe(400);
  });

  it.each([-301_000, 301_000, 86_400_000])('refuses a signature that is %i ms away from now', async (ms) => {
    const answer = await receiverOn().receive(request(paidInvoice('evt_1'), plus(NOW, ms)));
    expect({ status: answer.status, rows: await stored() }).toEqual({ status: 400, rows: 0 });
  });

  it('never fails on a header, whatever bytes it holds: 400 for each', async () => {
    const receiver = receiverOn();
    const rawBody = Buffer.from(paidInvoice('evt_1'));
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `t=${NOW / 1_000},v1=${text}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(header, fc.array(header)), async (value) => {
        const answer = await receiver.receive({ provider: 'stripe', headers: { [SIGNATURE_HEADER]: value }, rawBody });
        expect(answer.status).toBe(400);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses with 400 when a verifier itself breaks, and never trusts the body', async () => {
    const broken = {
      ...stripe,
      verify: () => {
        throw new RangeError('Input buffers must have the same byte length');
      },
    };
    const answer = await receiverOn({ providers: [broken] }).receive(request(paidInvoice('evt_1')));
    expect({ status: answer.status, rows: await stored() }).toEqual({ status: 400, rows: 0 });
  });

  it.each([
    ['no JSON', 'not json {'],
    ['bytes that are no UTF-8 text', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)],
    ['an empty body', ''],
    ['a depth bomb', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a prototype key', '{"id":"evt_1","object":"event","data":{"object":{"__proto__":{"polluted":true}}}}'],
    ['an array', '[1,2,3]'],
    ['null', 'null'],
  ])('answers 200 to a genuine body that it cannot understand (%s), and keeps it as a dead letter', async (_, body) => {
    const answer = await receiverOn().receive(request(body));
    expect(answer.status).toBe(200);
    expect((await store.counts()).deliveries.dead_letter).toBe(1);
    expect(woken).toBe(0);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('keeps a genuine body as a dead letter when the adapter itself breaks on it', async () => {
    const broken = {
      ...stripe,
      admit: () => {
        throw new TypeError('a bug');
      },
    };
    const answer = await receiverOn({ providers: [broken] }).receive(request(paidInvoice('evt_1')));
    expect(answer.status).toBe(200);
    expect((await store.counts()).deliveries.dead_letter).toBe(1);
  });

  it('answers 404, in the same words, for a provider that is unknown and one that has no secret', async () => {
    const receiver = receiverOn({ secretsOf: () => [] });
    const off = await receiver.receive(request(paidInvoice('evt_1')));
    const unknown = await receiver.receive({ ...request(paidInvoice('evt_1')), provider: 'x'.repeat(500) });
    expect(off.status).toBe(404);
    expect(unknown).toEqual(off);
    expect(reports.every(({ provider }) => provider === 'other')).toBe(true);
  });

  it('does not read the body of a request that it refuses anyway', async () => {
    const unread = () => Promise.reject(new Error('the body was read'));
    const answer = await receiverOn({ secretsOf: () => [] }).receive({ ...request('{}'), rawBody: unread });
    expect(answer.status).toBe(404);
  });

  it('answers 503 with Retry-After when storing failed, and stores the retry when the store is well again', async () => {
    let full = true;
    const accept = async (deliveries: readonly NewDelivery[]) => {
      if (full) throw new Error('database or disk is full');
      return store.accept(deliveries);
    };
    const receiver = receiverOn({ store: { accept } });
    const failed = await receiver.receive(request(paidInvoice('evt_1')));
    expect(failed.status).toBe(503);
    expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
    expect(failed.body).not.toContain('disk');
    full = false;
    expect((await receiver.receive(request(paidInvoice('evt_1')))).status).toBe(200);
    expect(await stored()).toBe(1);
  });

  it('answers 503 above its cap, and takes requests again when earlier ones are done', async () => {
    const receiver = receiverOn({ maxInFlight: 2 });
    const burst = await Promise.all([1, 2, 3].map((n) => receiver.receive(request(paidInvoice(`evt_${n}`)))));
    expect(burst.map(({ status }) => status)).toEqual([200, 200, 503]);
    expect((await receiver.receive(request(paidInvoice('evt_3')))).status).toBe(200);
  });

  it('gives no place to a body that is still coming in, or slow clients would hold all of them', async () => {
    const receiver = receiverOn({ maxInFlight: 1 });
    const never = () => new Promise<Uint8Array>(() => {});
    for (let n = 0; n < 5; n += 1) void receiver.receive({ ...request('{}'), rawBody: never });
    expect((await receiver.receive(request(paidInvoice('evt_1')))).status).toBe(200);
    const cut = () => Promise.reject(new Error('cut short'));
    await expect(receiver.receive({ ...request('{}'), rawBody: cut })).rejects.toThrow('cut short');
    expect((await receiver.receive(request(paidInvoice('evt_2')))).status).toBe(200);
  });

  it('answers 503 to a body that was given up to make room for others', async () => {
    const answer = await receiverOn().receive({ ...request('{}'), rawBody: async () => null });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
    expect(reports.map(({ outcome }) => outcome)).toEqual(['busy']);
  });

  it('stores what arrives together in few commits of at most a hundred, and answers each for itself', async () => {
    const groups: number[] = [];
    const accept = async (deliveries: readonly NewDelivery[]) => {
      groups.push(deliveries.length);
      return store.accept(deliveries);
    };
    const receiver = receiverOn({ store: { accept } });
    const ids = Array.from({ length: 500 }, (_, n) => `evt_${n % 450}`);
    const answers = await Promise.all(ids.map((id) => receiver.receive(request(paidInvoice(id)))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(groups.reduce((sum, size) => sum + size, 0)).toBe(500);
    expect(Math.max(...groups)).toBe(100);
    expect(groups.length).toBeLessThanOrEqual(7);
    expect(await stored()).toBe(450);
    expect(reports.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(50);
  });

  it('stores what is under way before it stops', async () => {
    const receiver = receiverOn();
    const pending = receiver.receive(request(paidInvoice('evt_1')));
    await Promise.resolve();
    await receiver.stop();
    expect((await pending).status).toBe(200);
  });
});
