import type { Instant } from '../../domain/instant.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Clock, DeliverySource, NewDelivery } from '../ports.ts';
import { toDelivery } from '../receive.ts';
import type { ApiPage, ApiStore, BillingApi, Progress } from './api-ports.ts';
import { findAttempts } from './backfill-attempts.ts';
import { BEGINNING, behind, type Place, pageQuery, parseCursor, toCursor } from './backfill-cursor.ts';
import type { BackfillPart } from './backfill-plan.ts';
import { toSnapshots } from './backfill-snapshots.ts';
import type { Json } from './json.ts';
import { toObservation, toOwnEvent } from './observation.ts';
import { askPatiently, type Patience, type PatientAnswer } from './patience.ts';

/** After each page. */
export interface PageReport {
  readonly part: BackfillPart;
  /** Objects of this part so far, earlier runs included. */
  readonly read: number;
  /** Objects of this page. */
  readonly objects: number;
  /** Deliveries of this page that were not there before. */
  readonly stored: number;
  /** Deliveries of this page that could not be understood. */
  readonly notUnderstood: number;
  /** Unix seconds of the oldest object so far; null where none is dated. */
  readonly created: number | null;
  readonly done: boolean;
}

export interface PartOptions {
  readonly id: string;
  readonly part: BackfillPart;
  readonly progress: Progress | undefined;
  readonly api: BillingApi;
  readonly store: Pick<ApiStore, 'saveBackfill'>;
  readonly provider: Provider;
  readonly merchant: string;
  readonly source: DeliverySource;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly waitForRoom: () => Promise<void>;
  readonly onPage: (report: PageReport) => void;
}

/** How a part ended: `done`, or the first answer that forbids to go on. */
export type PartEnd =
  | { readonly result: 'done' }
  | Exclude<PatientAnswer<never>, { readonly result: 'found' | 'missing' }>;

type Page = PatientAnswer<ApiPage>;

/** The page behind `place`; where the object that names the place is gone, by the second in which it was made. */
const readPage = async (
  place: Place,
  options: PartOptions,
): Promise<{ readonly page: Page; readonly place: Place }> => {
  const { api, part, merchant, patience } = options;
  const page = await askPatiently(() => api.list(part.path, pageQuery(part, place), merchant), patience);
  if (page.result !== 'missing' || place.after === null) return { page, place };
  return readPage({ ...place, after: null }, options);
};

const isOfOtherMode = (objects: readonly Json[], { api }: PartOptions): boolean =>
  objects.some(({ livemode }) => typeof livemode === 'boolean' && livemode !== (api.mode === 'live'));

const OTHER_MODE: PartEnd = {
  result: 'stopped',
  reason: 'an object of the other mode than the key. Check STRIPE_API_KEY and STRIPE_API_BASE.',
};

/** What a page's objects say, as bodies of deliveries; the attempts of its unpaid invoices stand behind them. */
const toBodies = async (
  { kind }: BackfillPart,
  objects: readonly Json[],
  options: PartOptions & { readonly now: Instant },
): Promise<PatientAnswer<readonly Json[]>> => {
  const { api, merchant, now } = options;
  if (kind === 'event') return { result: 'found', value: objects.map((event) => toOwnEvent(event, merchant)) };
  const attempts = kind === 'invoice' ? await findAttempts(objects, options) : NO_ATTEMPTS;
  if (attempts.result !== 'found') return attempts;
  const snapshots = [...objects.flatMap((object) => toSnapshots(kind, object)), ...attempts.value];
  const context = { cause: 'backfill', readAt: now, mode: api.mode, merchant } as const;
  return { result: 'found', value: snapshots.map((object) => toObservation(object, context)) };
};

const NO_ATTEMPTS: PatientAnswer<readonly Json[]> = { result: 'found', value: [] };

const toDeliveries = (
  bodies: readonly Json[],
  { provider, source }: PartOptions,
  now: Instant,
): readonly NewDelivery[] => bodies.map((body) => toDelivery(provider, JSON.stringify(body), now, source));

/** The same for every part: an answer without a list is a fault of ours. */
const toEnd = (answer: Exclude<PatientAnswer<unknown>, { readonly result: 'found' }>, path: string): PartEnd => {
  if (answer.result === 'missing') return { result: 'stopped', reason: `${path} is not there. Check STRIPE_API_BASE.` };
  return 'reason' in answer ? { ...answer, reason: `${path}: ${answer.reason}` } : answer;
};

/**
 * Reads one list from where it was left, page by page, and stores each page together with the place behind it: killed at
 * any point, the next run reads at most one page twice, and stores nothing twice. While a page is stored the next is
 * on its way; more are never held.
 */
export const readPart = async (options: PartOptions): Promise<PartEnd> => {
  const { id, part, store, clock, patience, onPage } = options;
  let read = options.progress?.read ?? 0;
  let place = options.progress === undefined ? BEGINNING : parseCursor(options.progress.cursor);
  let coming = readPage(place, options);
  for (;;) {
    await options.waitForRoom();
    const { page, place: from } = await coming;
    if (patience.signal.aborted) return { result: 'interrupted' };
    if (page.result !== 'found') return toEnd(page, part.path);
    const { objects, hasMore } = page.value;
    if (isOfOtherMode(objects, options)) return OTHER_MODE;
    place = behind(objects, from);
    const done = !hasMore || objects.length === 0;
    if (!done) coming = readPage(place, options);
    const now = clock.now();
    const bodies = await toBodies(part, objects, { ...options, now });
    if (bodies.result !== 'found') return toEnd(bodies, part.path);
    const deliveries = toDeliveries(bodies.value, options, now);
    read += objects.length;
    const progress = { cursor: toCursor(place), read, done };
    const stored = await store.saveBackfill({ id, part: part.name, progress, deliveries }, now);
    const notUnderstood = deliveries.filter(({ end }) => end === 'dead_letter').length;
    onPage({ part, read, objects: objects.length, stored, notUnderstood, created: place.created, done });
    if (done) return { result: 'done' };
  }
};
