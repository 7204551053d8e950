import type { Instant } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Provider } from '../../providers/provider.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { Clock } from '../ports.ts';
import { makeRunner } from '../runner.ts';
import type { ApiStore, BillingApi } from './api-ports.ts';
import { type LookUpStep, makeLookUpStep } from './look-ups.ts';
import { makeReconcileStep, type ReconcileStep } from './reconcile.ts';

export interface ApiRunnersOptions {
  readonly store: Pick<
    ApiStore,
    'nextLookUps' | 'settleLookUp' | 'knownMerchants' | 'searchProgress' | 'saveSearch' | 'apiCounts'
  >;
  /** Null: there is no key, and what needs one waits. */
  readonly api: BillingApi | null;
  readonly provider: Provider;
  /** What the endpoint should be sent. */
  readonly eventTypes: readonly string[];
  /** Whether the provider's full events have this type. */
  readonly isEventType: (type: string) => boolean;
  readonly policy: Policy;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly log: DeliveryLog;
  /** Something was stored that the loop has to read. */
  readonly onStored: () => void;
}

/** What reads the provider's API beside the loop: look-ups, and the search for missed deliveries. */
export interface ApiRunners {
  readonly start: () => Promise<void>;
  /** Lets what is being stored end and drops the calls under way; closes the API. */
  readonly stop: () => Promise<void>;
  /** One step of each by hand, for a virtual clock. Without a key nothing is done. */
  readonly lookUpDue: (now: Instant) => Promise<LookUpStep>;
  readonly reconcileDue: (now: Instant) => Promise<ReconcileStep | null>;
}

/** Says what waits for a key, once, at the start. */
const sayWhatWaits = async ({ store, log }: ApiRunnersOptions): Promise<void> => {
  const { lookUps } = await store.apiCounts();
  const count = Object.values(lookUps).reduce((sum, n) => sum + n, 0);
  if (count === 0) return;
  log.warn(
    { count },
    'Look-ups wait for STRIPE_API_KEY, and thin events with them; see recoup doctor and recoup_look_ups in /metrics',
  );
};

const NOTHING_DUE: LookUpStep = { ended: 0, nextAt: null };

const withoutKey = (options: ApiRunnersOptions): ApiRunners => ({
  start: () => sayWhatWaits(options),
  stop: async () => undefined,
  lookUpDue: async () => NOTHING_DUE,
  reconcileDue: async () => null,
});

/** A call may wait for minutes while the provider wants rest: nobody who stops waits with it. */
const orStopped = <T>(step: (now: Instant) => Promise<T>, stopped: Promise<T>) => {
  return (now: Instant): Promise<T> => Promise.race([step(now), stopped]);
};

/** Joins the runners over one store and one API. */
export const makeApiRunners = (options: ApiRunnersOptions): ApiRunners => {
  const { api, policy, clock, log } = options;
  if (api === null) return withoutKey(options);
  const lookUpDue = makeLookUpStep({ ...options, api });
  const reconcileDue = makeReconcileStep({ ...options, api, everyMs: policy.stripe.reconcileEveryMs });
  let stopNow = (): void => undefined;
  const stopped = new Promise<{ readonly nextAt: Instant | null }>((resolve) => {
    stopNow = () => resolve({ nextAt: null });
  });
  const onError = (error: unknown): void =>
    log.error({ error }, 'Reading the billing API failed; nothing is lost and it is tried again');
  const runners = [
    makeRunner({ step: orStopped(lookUpDue, stopped), clock, onError }),
    makeRunner({ step: orStopped(reconcileDue, stopped), clock, onError, idleMs: policy.stripe.reconcileEveryMs }),
  ];
  return {
    start: async () => {
      for (const { start } of runners) start();
    },
    stop: async () => {
      stopNow();
      await Promise.all(runners.map(({ stop }) => stop()));
      await api.close();
    },
    lookUpDue,
    reconcileDue,
  };
};
