import type { Fact } from '../../src/domain/fact.ts';
import type { Mode } from '../../src/domain/ids.ts';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import { subscriptionFact } from './doctor-samples.ts';
import { customerOf, decided, delivery } from './store-samples.ts';

/** A billing customer as the doctor should find it. */
export interface Patient {
  readonly customer: string;
  readonly mode?: Mode;
  /** Named by its subscription. */
  readonly userId?: string;
  /** In major units of USD: in dunning with this much owed. */
  readonly owes?: number;
  readonly facts?: readonly Fact[];
}

const toView = ({ userId, owes }: Patient): string =>
  JSON.stringify({
    user_id: userId ?? null,
    traits: owes === undefined ? {} : { dunning_amount_due: owes, dunning_currency: 'USD' },
  });

/** Puts one webhook of each into the store at `at`, and decides them. */
export const admitPatients = async (store: Store, patients: readonly Patient[], at: Instant): Promise<void> => {
  const byId = new Map(patients.map((patient) => [patient.customer, patient]));
  await store.accept(
    patients.map(({ customer, mode = 'live', userId }) => {
      const metadata = userId === undefined ? { account_ref: 'x' } : { user_id: userId };
      const rawBody = JSON.stringify({ api_version: '2025-03-31.basil', data: { object: { metadata } } });
      const keys = { customer, mode, eventId: `evt_${customer}`, occurredAt: plus(at, -2_000) };
      return delivery(`evt_${customer}`, { keys, rawBody, receivedAt: at });
    }),
  );
  await store.work(at, 100_000, (claim) => {
    const patient = byId.get(customerOf(claim));
    if (patient === undefined) return decided(claim);
    const { userId, owes, facts = [subscriptionFact({ userId: userId ?? null })] } = patient;
    const aliases = userId === undefined ? [] : [`user:${userId}`];
    return decided(claim, { facts, aliases, inDunning: owes !== undefined, view: toView(patient) });
  });
};
