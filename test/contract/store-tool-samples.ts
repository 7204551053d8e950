import type { CustomerKey } from '../../src/domain/ids.ts';
import { type Instant, instant } from '../../src/domain/instant.ts';
import type { Store } from '../../src/pipeline/ports.ts';
import type { NewToolEdge, ToolChange, ToolRow, ToolSettlement } from '../../src/pipeline/tools/tool-ports.ts';
import { decided, deliveryOf, NOW, workAll } from './store-samples.ts';

/** The row that most of the tests are about. */
export const BRAZE = { tool: 'braze', channel: 'live' } as const;
export const FOREVER: Instant = instant(9_000_000_000_000);

/** The key of a customer of the samples. */
export const accountOf = (customer: string): CustomerKey => ({
  provider: 'stripe',
  merchant: '',
  mode: 'test',
  customer,
});

/** The entry of a stage, or with `exit` the end of the episode. */
export const edge = (id: string, role: NewToolEdge['role'] = 'entry', episodeId = 'ep_1'): NewToolEdge => ({
  event: {
    id,
    name: role === 'entry' ? 'dunning_stage_entered' : 'dunning_exited',
    at: NOW,
    properties: { dunning_episode_id: episodeId },
  },
  role,
  episodeId,
});

/** What one decision wants of Braze for `u_1`. */
export const wanted = (changes: Partial<ToolChange> = {}): ToolChange => ({
  ...BRAZE,
  userId: 'u_1',
  account: null,
  desired: { in_dunning: true },
  edges: [],
  urgent: false,
  amountMinor: null,
  currency: null,
  ...changes,
});

/** Has a decision about a customer want these changes at `at`; `inDunning` if told so. */
export const want = async (
  store: Store,
  changes: readonly ToolChange[],
  { customer = 'cus_1', at = NOW, inDunning = false } = {},
): Promise<void> => {
  const { deliveries } = await store.counts();
  const seen = Object.values(deliveries).reduce((sum, n) => sum + n, 0);
  await store.accept([deliveryOf(customer, `evt_${seen + 1}`, at)]);
  await workAll(store, at, (claim) => decided(claim, { at, tools: changes, inDunning }));
};

/** All rows of the live tool that wait, in the order of sending. */
export const waiting = (store: Store, now: Instant = FOREVER, key = BRAZE): Promise<readonly ToolRow[]> =>
  store.nextToolRows({ ...key, now, limit: 1_000 });

/** The only row that waits. */
export const onlyRow = async (store: Store, now: Instant = FOREVER): Promise<ToolRow> => {
  const [row, ...more] = await waiting(store, now);
  if (row === undefined || more.length > 0) throw new Error('not exactly one row waits');
  return row;
};

/** A settlement of all that a row wants and has to say, unless told otherwise. */
export const settlementOf = (
  row: ToolRow,
  outcome: ToolSettlement['outcome'],
  changes: Partial<ToolSettlement> = {},
): ToolSettlement => ({
  row,
  sent: row.desired,
  edges: row.edges.map(({ seq }) => seq),
  dropped: [],
  outcome,
  ...changes,
});

export const DELIVERED = { result: 'delivered', warning: null } as const;
export const RECORDED = { result: 'recorded' } as const;
export const ABSENT = { result: 'absent', reason: 'no such user' } as const;
export const UNKNOWN = { result: 'unknown', reason: 'no answer' } as const;
export const REJECTED = { result: 'rejected', reason: 'not a string' } as const;
/** The engine chooses when. */
export const RETRY = { result: 'retry', at: null, reason: 'too many calls' } as const;
