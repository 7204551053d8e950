import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiCounts } from '../pipeline/api/api-ports.ts';
import type { Clock, Store, StoreCounts } from '../pipeline/ports.ts';
import type { WebhookOutcome } from '../pipeline/receive.ts';
import type { ToolCounts } from '../pipeline/tools/tool-ports.ts';
import { type GuardMetrics, makeGuardMetrics } from './guard-metrics.ts';
import { suppressionMetrics } from './suppression-metrics.ts';

const DELIVERY_ENDS = ['unread', 'understood', 'ignored', 'dead_letter', 'unresolved'] as const;
const TOOL = ['tool', 'channel'] as const;
const TOOL_STATE = [...TOOL, 'status'] as const;
const OUTBOX_STATUSES = ['queued', 'delivered', 'recorded', 'dead'] as const;

export interface Metrics extends GuardMetrics {
  readonly webhookAnswered: (provider: string, outcome: WebhookOutcome) => void;
  /** `seconds` from the request's headers to the end of its answer. */
  readonly webhookTook: (provider: string, seconds: number) => void;
  readonly decided: (count: number) => void;
  /** The Prometheus text and its content type. Counts are read from the store at each call. */
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const makeGauges = (registry: Registry) => {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge<Label>({ name, help, labelNames, registers: [registry] });
  return {
    up: gauge('recoup_store_up', '1 when the store answered the last scrape, 0 when it did not.'),
    deliveries: gauge('recoup_deliveries', 'Webhooks kept, by what became of them.', ['end']),
    oldestUnread: gauge('recoup_oldest_unread_age_seconds', 'Age of the oldest webhook that the loop has not read.'),
    outbox: gauge('recoup_outbox', 'Segment calls kept, by status.', ['status']),
    oldestQueued: gauge('recoup_oldest_queued_age_seconds', 'Age of the oldest call that has not left.'),
    deadLetters: gauge('recoup_dead_letters', 'Dead letters that nobody has replayed.'),
    profiles: gauge('recoup_profiles', 'People and accounts known.'),
    inDunning: gauge('recoup_profiles_in_dunning', 'People and accounts in dunning now.'),
    brakeEngaged: gauge(
      'recoup_brake_engaged',
      '1 while entries into messaging are held back until a person releases them.',
    ),
    brakeHeld: gauge('recoup_brake_held', 'People whose entry into messaging waits, by what holds it back.', ['cause']),
    parked: gauge('recoup_profiles_parked', 'Profiles whose decision failed and that wait for another try.'),
    lookUps: gauge('recoup_look_ups', 'What waits to be looked up in the API of the provider, by kind.', ['kind']),
    missed: gauge('recoup_deliveries_missed', 'Webhooks that never arrived and were found at the provider.'),
    searchAge: gauge(
      'recoup_missed_search_age_seconds',
      'Since when nobody could look for webhooks that never arrived: a quarter of an hour as a rule.',
    ),
    toolStates: gauge('recoup_tool_states', 'People whose state a tool holds, waits for, or refused.', TOOL_STATE),
    toolOldest: gauge('recoup_tool_oldest_waiting_age_seconds', 'Age of the oldest state that has not left.', TOOL),
  };
};

type Gauges = ReturnType<typeof makeGauges>;

const ageSeconds = (since: number | null, now: number): number =>
  since === null ? 0 : Math.max(0, now - since) / 1_000;

const fill = (gauges: Gauges, counts: StoreCounts, now: number): void => {
  for (const end of DELIVERY_ENDS) gauges.deliveries.set({ end }, counts.deliveries[end]);
  for (const status of OUTBOX_STATUSES) gauges.outbox.set({ status }, counts.outbox[status]);
  gauges.oldestUnread.set(ageSeconds(counts.oldestUnreadAt, now));
  gauges.oldestQueued.set(ageSeconds(counts.oldestQueuedAt, now));
  gauges.deadLetters.set(counts.deadLetters);
  gauges.profiles.set(counts.profiles);
  gauges.inDunning.set(counts.inDunning);
  gauges.parked.set(counts.parked);
  gauges.brakeEngaged.set(counts.brake.stop === null ? 0 : 1);
  for (const [cause, n] of Object.entries(counts.brake.held)) gauges.brakeHeld.set({ cause }, n);
};

const fillApi = (gauges: Gauges, { lookUps, missed, searchedTo }: ApiCounts, now: number): void => {
  for (const [kind, n] of Object.entries(lookUps)) gauges.lookUps.set({ kind }, n);
  gauges.missed.set(missed);
  gauges.searchAge.set(ageSeconds(searchedTo, now));
};

const fillTools = (gauges: Gauges, counts: readonly ToolCounts[], now: number): void => {
  for (const { tool, channel, settled, waiting, dead, oldestWaitingAt } of counts) {
    for (const [status, n] of Object.entries({ settled, waiting, dead })) {
      gauges.toolStates.set({ tool, channel, status }, n);
    }
    gauges.toolOldest.set({ tool, channel }, ageSeconds(oldestWaitingAt, now));
  }
};

/** Numbers for Prometheus, in a registry of their own, so that two relays in one process (tests) do not mix. */
export const makeMetrics = (
  store: Pick<Store, 'counts' | 'toolCounts' | 'apiCounts' | 'suppressionCounts' | 'verifyCounts'>,
  clock: Clock,
): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  // Event-loop lag, memory, CPU and open handles, under their usual names.
  collectDefaultMetrics({ register: registry });
  const gauges = makeGauges(registry);
  const webhooks = new Counter({
    name: 'recoup_webhooks_total',
    help: 'Webhook requests, by provider and what became of them.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const ack = new Histogram({
    name: 'recoup_webhook_ack_seconds',
    help: 'From the headers of a webhook to the end of its answer.',
    labelNames: ['provider'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15],
    registers,
  });
  const decisions = new Counter({ name: 'recoup_decisions_total', help: 'Profiles decided.', registers });

  return {
    ...makeGuardMetrics(registry),
    webhookAnswered: (provider, outcome) => webhooks.inc({ provider, outcome }),
    webhookTook: (provider, seconds) => ack.observe({ provider }, seconds),
    decided: (count) => decisions.inc(count),
    render: async () => {
      let suppression = '';
      try {
        fill(gauges, await store.counts(), clock.now());
        fillTools(gauges, await store.toolCounts(), clock.now());
        fillApi(gauges, await store.apiCounts(), clock.now());
        suppression = suppressionMetrics(await store.suppressionCounts(), await store.verifyCounts(), clock.now());
        gauges.up.set(1);
      } catch {
        // A scrape that fails says nothing; one with the counters and `up 0` says what is wrong.
        gauges.up.set(0);
      }
      return { contentType: registry.contentType, text: `${await registry.metrics()}${suppression}` };
    },
  };
};
