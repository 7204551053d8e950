import type { Instant } from '../../domain/instant.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Clock, DeliverySource, Store } from '../ports.ts';
import type { BillingApi } from './api-ports.ts';
import { type BackfillRequest, type Begun, backfillId, begin, type Emit, finish } from './backfill-begin.ts';
import { type PageReport, type PartEnd, readPart } from './backfill-part.ts';
import { type BackfillPart, planBackfill } from './backfill-plan.ts';
import { makeWaitForRoom } from './backfill-room.ts';
import type { Patience } from './patience.ts';

export interface BackfillOptions {
  readonly request: BackfillRequest;
  readonly api: BillingApi;
  readonly store: Pick<Store, 'saveBackfill' | 'backfillProgress' | 'counts'>;
  readonly provider: Provider;
  /** Types of event from which something follows. */
  readonly eventTypes: readonly string[];
  readonly clock: Clock;
  /** May resolve early when `signal` is aborted. */
  readonly sleepUntil: (at: Instant) => Promise<void>;
  /** Stops it after the page that is being stored. */
  readonly signal: AbortSignal;
  readonly onBegin?: (begun: Begun, resumed: boolean, parts: readonly BackfillPart[]) => void;
  readonly onPage?: (report: PageReport) => void;
  readonly onWait?: Patience['onWait'];
}

export type BackfillEnd =
  | PartEnd
  /** It was finished before and not asked for again. */
  | { readonly result: 'finished'; readonly begun: Begun }
  /** It is under way with another `emit`. */
  | { readonly result: 'other_emit'; readonly begun: Begun };

const SOURCES: Readonly<Record<Emit, DeliverySource>> = {
  none: 'backfill',
  open: 'backfill_open',
  all: 'backfill_all',
};

/**
 * Reads what a billing provider holds into the store, as deliveries that say how they came. It decides nothing: the relay
 * reads them like webhooks, now or at its next start. Interrupted or killed, the same request goes on where it was.
 */
export const runBackfill = async (options: BackfillOptions): Promise<BackfillEnd> => {
  const { api, store, clock, sleepUntil, signal, request, onWait = () => {}, onPage = () => {} } = options;
  const id = backfillId(api.provider, api.mode, request);
  const beginning = await begin(store, id, request, clock.now());
  if (beginning.result !== 'go') return beginning;
  const { begun, progress, resumed } = beginning;
  const parts = planBackfill({ ...begun, eventTypes: options.eventTypes });
  options.onBegin?.(begun, resumed, parts);
  const shared = {
    id,
    api,
    store,
    clock,
    onPage,
    provider: options.provider,
    merchant: request.merchant,
    source: SOURCES[begun.emit],
    patience: { clock, sleepUntil, signal, onWait },
    waitForRoom: makeWaitForRoom({ store, clock, sleepUntil, signal }),
  };
  for (const part of parts.filter(({ name }) => progress[name]?.done !== true)) {
    const end = await readPart({ ...shared, part, progress: progress[part.name] });
    if (end.result !== 'done') return end;
  }
  await finish(store, id, begun, clock.now());
  return { result: 'done' };
};
