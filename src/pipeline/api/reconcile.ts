import { type Instant, plus, SECOND_MS } from '../../domain/instant.ts';
import type { Provider } from '../../providers/provider.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { Clock } from '../ports.ts';
import { toDelivery } from '../receive.ts';
import type { ApiAnswer, ApiPage, ApiStore, BillingApi, MissedSearch } from './api-ports.ts';
import { makeFindings } from './findings.ts';
import { toOwnEvent } from './observation.ts';
import { afterPage, parseProgress, type SearchProgress, type SearchWindow, windowOf } from './search-window.ts';

/** Types that one call may name. */
const TYPES_PER_CALL = 20;
const EVENTS_PER_PAGE = 100;
/** Connected accounts that are searched, in order of their ids: 500 take four calls each in every round. */
const MAX_MERCHANTS = 500;

export interface ReconcileOptions {
  readonly store: Pick<ApiStore, 'knownMerchants' | 'searchProgress' | 'saveSearch'>;
  readonly api: BillingApi;
  readonly provider: Provider;
  /** What the endpoint should be sent. */
  readonly eventTypes: readonly string[];
  /** From the start of one round to the start of the next, in ms. */
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: DeliveryLog;
  /** Something was stored that the loop has to read. */
  readonly onStored: () => void;
}

export interface ReconcileStep {
  /** Deliveries that had not arrived. */
  readonly found: number;
  readonly nextAt: Instant;
}

interface Part {
  readonly search: MissedSearch;
  readonly types: readonly string[];
}

/** What became of one page: how much was found, and whether the part is through, goes on, waits or is refused. */
type PageEnd =
  | { readonly end: 'through' | 'goes_on'; readonly found: number }
  | { readonly end: 'waits'; readonly until: Instant }
  | { readonly end: 'refused'; readonly reason: string };

const THROUGH: PageEnd = { end: 'through', found: 0 };

const toParts = (api: BillingApi, merchants: readonly string[], eventTypes: readonly string[]): readonly Part[] =>
  merchants.flatMap((merchant) =>
    Array.from({ length: Math.ceil(eventTypes.length / TYPES_PER_CALL) }, (_, index) => ({
      search: { provider: api.provider, mode: api.mode, merchant, part: `types ${index + 1}` },
      types: eventTypes.slice(index * TYPES_PER_CALL, (index + 1) * TYPES_PER_CALL),
    })),
  );

const listPage = (api: BillingApi, { search, types }: Part, window: SearchWindow): Promise<ApiAnswer<ApiPage>> => {
  const bounds = {
    'created[gte]': Math.floor(window.from / SECOND_MS),
    'created[lte]': Math.floor(window.to / SECOND_MS),
  };
  const cursor = window.after === null ? {} : { starting_after: window.after };
  return api.list('/v1/events', { types, limit: EVENTS_PER_PAGE, ...bounds, ...cursor }, search.merchant);
};

/** Searches one page of one part. */
const makeSearchPage = (options: ReconcileOptions, findings: ReturnType<typeof makeFindings>) => {
  const { store, api, provider, clock, onStored } = options;

  const save = (part: Part, progress: SearchProgress, events: ApiPage['objects'] = []) => {
    const { search } = part;
    const now = clock.now();
    const bodies = events.map((event) => JSON.stringify(toOwnEvent(event, search.merchant)));
    const deliveries = bodies.map((body) => toDelivery(provider, body, now));
    return store.saveSearch(search, JSON.stringify(progress), deliveries, now);
  };

  return async (part: Part, now: Instant): Promise<PageEnd> => {
    const progress = parseProgress(await store.searchProgress(part.search));
    if (progress === null) {
      await save(part, { from: now, window: null });
      return THROUGH;
    }
    const window = windowOf(progress, now);
    if (window === null) return THROUGH;
    const answer = await listPage(api, part, window);
    switch (answer.result) {
      case 'retry':
        return { end: 'waits', until: answer.at };
      case 'stopped':
        return { end: 'refused', reason: answer.reason };
      case 'missing':
        // The event where it left off is gone: from the top of a new window in the next round.
        await save(part, { ...progress, window: null });
        return THROUGH;
      case 'found': {
        const next = afterPage(progress, window.to, answer.value);
        const found = await save(part, next, answer.value.objects);
        findings.add(found);
        if (found.some(({ end }) => end === 'unread')) onStored();
        return { end: next.window === null ? 'through' : 'goes_on', found: found.length };
      }
    }
  };
};

/**
 * Finds the deliveries that an outage lost: goes through the provider's list of events, part by part and newest first, so
 * that a failure that was paid meanwhile is never taken for one that is open. Each is accepted like a webhook; those that
 * came are known by their ids. It begins with the store: what happened before is a backfill's. One page is one step.
 * @returns one step, for a runner or a virtual clock
 */
export const makeReconcileStep = (options: ReconcileOptions): ((now: Instant) => Promise<ReconcileStep>) => {
  const { store, api, eventTypes, everyMs, log } = options;
  const findings = makeFindings(log);
  const searchPage = makeSearchPage(options, findings);
  let round: readonly Part[] = [];
  let nextRoundAt: Instant | null = null;

  const begin = async (now: Instant): Promise<void> => {
    const merchants = await store.knownMerchants({ provider: api.provider, mode: api.mode }, MAX_MERCHANTS);
    round = toParts(api, merchants, eventTypes);
    nextRoundAt = plus(now, everyMs);
  };

  /** Leaves out a connected account that does not let us see; a key that is refused is refused for all of them. */
  const refuse = ({ search }: Part, reason: string): void => {
    log.error({ reason }, 'The billing provider does not show its events; missed ones are looked for again later');
    round = search.merchant === '' ? [] : round.filter((part) => part.search.merchant !== search.merchant);
  };

  const settle = (part: Part, page: PageEnd, now: Instant): ReconcileStep => {
    if (page.end === 'waits') return { found: 0, nextAt: page.until };
    if (page.end === 'refused') refuse(part, page.reason);
    else if (page.end === 'through') round = round.slice(1);
    if (round.length === 0) findings.tell(now);
    return { found: 'found' in page ? page.found : 0, nextAt: round.length > 0 ? now : (nextRoundAt ?? now) };
  };

  return async (now) => {
    if (round.length === 0) {
      if (nextRoundAt !== null && nextRoundAt > now) return { found: 0, nextAt: nextRoundAt };
      await begin(now);
    }
    const [part] = round;
    if (part === undefined) return { found: 0, nextAt: plus(now, everyMs) };
    return settle(part, await searchPage(part, now), now);
  };
};
