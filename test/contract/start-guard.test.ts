import { describe, expect, it, vi } from 'vitest';
import { DAY_MS, instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import type { GuardAnswer } from '../../src/pipeline/guard/guard.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/stripe.ts';
import { person } from '../scenario/stage.ts';
import { type Bill, customerIsSaved, customerPays, fails, type Happening } from '../scenario/stripe-happenings.ts';
import { urlOf, useStartPlace } from './start-process.ts';

const SECRET = 'whsec_canary_of_the_guard_suite';
const TOKEN = 'canary-guard-token-0123456789';
const BILL: Bill = { invoice: 'in_1', subscription: 'sub_1', amount: 4_900 };
const { run } = useStartPlace();

describe('npm start with a guard', () => {
  it.each(['sqlite:data/recoup.db', 'sqlite::memory:'])(
    'stops a message from the acknowledgement of the payment on, with the store %s',
    async (databaseUrl) => {
      const url = await urlOf(
        run({ DATABASE_URL: databaseUrl, STRIPE_WEBHOOK_SECRET: SECRET, GUARD_TOKEN: TOKEN, LOG_LEVEL: 'warn' }),
      );
      const ask = async (): Promise<GuardAnswer> => {
        const response = await fetch(`${url}/v1/guard/user_ada`, { headers: { authorization: `Bearer ${TOKEN}` } });
        return (await response.json()) as GuardAnswer;
      };
      const happens = async (happening: Happening, at: number): Promise<void> => {
        for (const event of happening(person('ada'), instant(at))) {
          const body = JSON.stringify(event);
          const headers = { [SIGNATURE_HEADER]: signStripe(body, SECRET, instant(Date.now())) };
          expect((await fetch(`${url}/webhooks/stripe`, { method: 'POST', headers, body })).status).toBe(200);
        }
      };
      const failedAt = instant(Math.floor(Date.now() / 1_000) * 1_000 - MINUTE_MS);
      expect(await ask()).toMatchObject({ suppress: true, reason: 'unknown_person' });
      await happens(customerIsSaved, failedAt);
      await happens(fails(BILL, { attempt: 1, retryAt: plus(failedAt, 3 * DAY_MS) }), failedAt);
      await vi.waitFor(async () => expect(await ask()).toMatchObject({ suppress: false }), { timeout: 15_000 });
      await happens(customerPays(BILL, { attempt: 1, charge: 2 }), failedAt + 30_000);
      expect(await ask()).toMatchObject({ suppress: true, dunning_status: 'recovered' });
      expect((await fetch(`${url}/v1/guard/user_ada`)).status).toBe(401);
      expect((await fetch(`${url}/v1/banner.js`)).status).toBe(200);
    },
  );
});
