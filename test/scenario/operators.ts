import { expect } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { DAY_MS } from '../../src/domain/instant.ts';
import type { OperatorAction } from '../../src/interventions/operator/operator-body.ts';
import { intervene } from '../../src/pipeline/interventions/intervene.ts';
import type { Intervened, NotIntervened, OperatorRequest } from '../../src/pipeline/interventions/intervention.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import type { BrazeStep } from './braze-play.ts';
import type { Step } from './harness.ts';

/** What operators do in scenarios. */

let asked = 0;

/** A request of Hanna's; each has an id of its own unless one is given. */
export const request = (action: OperatorAction, more: Partial<OperatorRequest> = {}): OperatorRequest => {
  asked += 1;
  return {
    action,
    id: 'user_ada',
    requestId: `request-${asked}`,
    actor: 'hanna',
    reason: 'spoke on the phone',
    holdId: null,
    expiry: null,
    episode: null,
    ...more,
  };
};

export const forDays = (days: number): OperatorRequest['expiry'] => ({ forMs: days * DAY_MS });

const expectDone = (answer: Intervened | NotIntervened): void =>
  expect(answer, 'the request is stored').toMatchObject({ ok: true });

/** An operator says so now, of Ada unless somebody else is named. */
export const operator =
  (action: OperatorAction, more: Partial<OperatorRequest> = {}): Step =>
  async (stage) => {
    expectDone(await stage.relay.operate(request(action, more), stage.now));
  };

/** An operator says so now, and is refused with this message. */
export const refused =
  (action: OperatorAction, message: RegExp, more: Partial<OperatorRequest> = {}): Step =>
  async (stage) => {
    const answer = await stage.relay.operate(request(action, more), stage.now);
    expect(answer).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  };

const providers = { stripe };
const rules = makeRules({ policy: DEFAULT_POLICY, namespace: 'test', audiences: AUDIENCES, providers });

/** The same beside a running relay with Braze. */
export const operates =
  (action: OperatorAction, more: Partial<OperatorRequest> = {}): BrazeStep =>
  async ({ relay, now }) => {
    expectDone(await intervene({ store: relay.store, rules, providers }, request(action, more), now));
    await relay.settle(now);
  };
