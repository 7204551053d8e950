import type { SegmentCall } from '../../pipeline/ports.ts';

/** Money of one currency over the episodes that failed first inside the window. Minor units. */
export interface CurrencyOutcome {
  readonly currency: string;
  readonly failedMinor: number;
  readonly recoveredMinor: number;
}

/** What the demo's episodes came to, told from the calls alone. */
export interface DemoOutcome {
  /** Calls by name: an event's, or `identify` and `group`. */
  readonly calls: Readonly<Record<string, number>>;
  readonly episodes: number;
  readonly recovered: number;
  /** Payments recovered by `recovered_via`. */
  readonly recoveredVia: Readonly<Record<string, number>>;
  readonly money: readonly CurrencyOutcome[];
  /** Last `dunning_status` that an identify gave each person. */
  readonly statuses: Readonly<Record<string, number>>;
}

type Counts = Record<string, number>;

const count = (counts: Counts, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

const byName = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));

interface EpisodeMoney {
  readonly currency: string;
  readonly failedMinor: number;
}

/** What the first failure of each invoice left to pay, summed per episode. */
const failedMoney = (calls: readonly SegmentCall[]): ReadonlyMap<string, EpisodeMoney> => {
  const episodes = new Map<string, EpisodeMoney>();
  const invoices = new Set<string>();
  for (const { event, properties } of calls) {
    const episode = text(properties?.dunning_episode_id);
    const invoice = text(properties?.invoice_id);
    if (event !== 'payment_failed' || episode === null || invoice === null || invoices.has(invoice)) continue;
    invoices.add(invoice);
    const failedMinor = (episodes.get(episode)?.failedMinor ?? 0) + number(properties?.amount_minor);
    episodes.set(episode, { currency: text(properties?.currency) ?? '', failedMinor });
  }
  return episodes;
};

const lastStatuses = (calls: readonly SegmentCall[]): Counts => {
  const latest = new Map<string, string>();
  for (const { type, userId, anonymousId, traits } of calls) {
    const status = text(traits?.dunning_status);
    if (type === 'identify' && status !== null) latest.set(userId ?? anonymousId ?? '', status);
  }
  const counts: Counts = {};
  for (const status of latest.values()) count(counts, status);
  return byName(counts);
};

const moneyByCurrency = (
  failed: ReadonlyMap<string, EpisodeMoney>,
  recovered: readonly SegmentCall[],
): readonly CurrencyOutcome[] => {
  const sums = new Map<string, { failedMinor: number; recoveredMinor: number }>();
  const sumOf = (currency: string) => {
    const sum = sums.get(currency) ?? { failedMinor: 0, recoveredMinor: 0 };
    sums.set(currency, sum);
    return sum;
  };
  for (const { currency, failedMinor } of failed.values()) sumOf(currency).failedMinor += failedMinor;
  for (const { properties } of recovered) {
    sumOf(text(properties?.currency) ?? '').recoveredMinor += number(properties?.amount_minor);
  }
  return [...sums].map(([currency, sum]) => ({ currency, ...sum })).sort((a, b) => b.failedMinor - a.failedMinor);
};

/** Adds up what Segment would have received. */
export const toOutcome = (calls: readonly SegmentCall[]): DemoOutcome => {
  const names: Counts = {};
  const via: Counts = {};
  for (const call of calls) count(names, call.event ?? call.type);
  const failed = failedMoney(calls);
  const recovered = calls.filter(
    ({ event, properties }) => event === 'payment_recovered' && failed.has(text(properties?.dunning_episode_id) ?? ''),
  );
  for (const { properties } of recovered) count(via, text(properties?.recovered_via) ?? 'unknown');
  return {
    calls: byName(names),
    episodes: failed.size,
    recovered: recovered.length,
    recoveredVia: byName(via),
    money: moneyByCurrency(failed, recovered),
    statuses: lastStatuses(calls),
  };
};
