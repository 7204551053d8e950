import { readFileSync } from 'node:fs';
import { AUDIENCES } from '../audiences/index.ts';
import { parsePolicy } from '../src/config/policy.ts';
import type { ToolSink } from '../src/destination-kit/sink.ts';
import { type Instant, instant, plus } from '../src/domain/instant.ts';
import { runDue, type World } from '../src/pipeline/loop.ts';
import { toDelivery } from '../src/pipeline/receive.ts';
import { makeRules } from '../src/pipeline/rules.ts';
import { makeToolDeliverer } from '../src/pipeline/tools/deliver-tools.ts';
import { stripe } from '../src/providers/stripe/stripe.ts';
import { openStore } from '../src/store/index.ts';

export const NAMESPACE = 'bench';
/** The worker's batch: profiles decided in one transaction. */
const BATCH = 64;
const ACCEPT_BATCH = 200;
/** As Braze's definition says; a test of the bench's own would not notice another. */
const BRAZE_OBJECTS = 75;
const ACCEPTED_AFTER_MS = 2_000;

/** A webhook as it is on the wire, and when it happened (UTC ms). */
export interface Webhook {
  readonly body: string;
  readonly at: number;
}

/** Takes every record and answers at once: what is measured is Recoup, not a tool. */
const SINK: ToolSink = {
  tool: 'braze',
  limits: { objects: BRAZE_OBJECTS, bytes: 4_000_000, callsPerSecond: Number.POSITIVE_INFINITY },
  objectsOf: ({ events }) => 1 + events.length,
  resendsUnknownEvents: true,
  send: async (records) => ({ answer: 'each', outcomes: records.map(() => ({ result: 'recorded' })) }),
  close: async () => {},
};

const loadPolicy = () => {
  const policy = parsePolicy(readFileSync('policy.yaml', 'utf8'));
  if (!policy.ok) throw new Error(policy.errors.join('\n'));
  return policy.value;
};

/** A store on disk with the settings of production, and what runs over it: the loop, and Braze's recorder channel. */
export const openIdleWorld = async (path: string) => {
  const providers = { stripe };
  const store = await openStore(`sqlite:${path}`, { lock: true, namespace: NAMESPACE });
  const world: World = {
    store,
    rules: makeRules({ policy: loadPolicy(), namespace: NAMESPACE, audiences: AUDIENCES, providers }),
    providers,
    channelFor: () => 'recorder',
    toolsFor: () => [{ tool: 'braze', subject: 'person', channel: 'recorder' }],
  };
  const silent = { warn: () => {}, error: (details: object) => console.error(details) };
  return {
    world,
    /** Stores webhooks as the door would, without its HTTP. */
    accept: async (webhooks: readonly Webhook[]): Promise<void> => {
      for (let from = 0; from < webhooks.length; from += ACCEPT_BATCH) {
        const batch = webhooks.slice(from, from + ACCEPT_BATCH);
        await store.accept(batch.map(({ body, at }) => toDelivery(stripe, body, plus(instant(at), ACCEPTED_AFTER_MS))));
      }
    },
    /** Decides all that is due at `now`; answers how many profiles. */
    decideAll: async (now: Instant): Promise<number> => {
      let decided = 0;
      for (;;) {
        const count = await runDue(world, now, BATCH);
        if (count === 0) return decided;
        decided += count;
      }
    },
    /** Brings the tool to what it should hold at `now`; answers how many records left. */
    deliverAll: async (now: Instant): Promise<number> => {
      const clock = { now: () => now };
      const options = { store, sink: SINK, channel: 'recorder', clock, random: () => 0.5, log: silent } as const;
      const { deliverDue } = makeToolDeliverer(options);
      let delivered = 0;
      for (;;) {
        const { settled, nextAt } = await deliverDue(now);
        delivered += settled;
        if (nextAt === null || nextAt > now) return delivered;
      }
    },
  };
};

export type IdleWorld = Awaited<ReturnType<typeof openIdleWorld>>;
