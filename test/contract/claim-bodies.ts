/** Bodies as other recovery tools send them, made by hand from their documentation. */

export const STARTED = '2026-03-02T10:30:00Z';
export const FINISHED = '2026-03-09T08:00:00Z';

interface BusterBody {
  readonly type: string;
  readonly customer?: Readonly<Record<string, unknown>>;
  readonly finishedAt?: string | null;
}

/** A webhook of Churn Buster about `cus_ada` and campaign `cb-1`. */
export const churnBusterBody = ({ type, finishedAt = null, customer }: BusterBody): string =>
  JSON.stringify({
    account_uuid: '7d7c1b2e-0000-4000-8000-000000000000',
    event_type: type,
    event: {
      customer: customer ?? {
        churn_buster_id: 'cb-ada',
        processor: 'stripe',
        processor_id: 'cus_ada',
        email: 'a@x.test',
      },
      campaign: {
        churn_buster_id: 'cb-1',
        amount: { cents: 4900, currency: 'USD' },
        started_at: STARTED,
        finished_at: finishedAt,
        processor: 'stripe',
        processor_id: 'ch_1',
      },
    },
  });

/** A step that a campaign of Churn Buster schedules, in its older shape. */
export const CHURN_BUSTER_STEP = JSON.stringify({
  account_id: '7d7c1b2e-0000-4000-8000-000000000000',
  event: {
    id: 'step-1',
    name: 'Retry Payment',
    type: 'scheduled',
    customer: { id: 'cb-ada', source: 'stripe', source_id: 'cus_ada' },
    campaign: { id: 'cb-1', started_at: STARTED },
  },
});

/** An event of Churnkey about `cus_ada` and campaign `ck-1`. */
export const churnkeyBody = (event: string, campaign: object | null = {}): string =>
  JSON.stringify({
    event,
    data: {
      customer: { id: 'cus_ada', email: 'a@x.test' },
      ...(campaign && { campaign: { id: 'ck-1', startedAt: STARTED, ...campaign } }),
    },
  });
