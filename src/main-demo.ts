import type { DemoRelay, DemoRelayOptions } from './cli/doors.ts';
import { SILENT_LOG } from './config/log.ts';
import type { Policy } from './domain/policy.ts';
import { loadAudiences } from './main-audiences.ts';
import { openDoor, STOP_GRACE_MS } from './main-door.ts';
import { openTools } from './main-tools.ts';
import { makeRelay } from './pipeline/relay.ts';
import { PROVIDERS } from './providers/index.ts';
import { makeRecorderSink } from './segment/recorder-sink.ts';
import { openStore } from './store/index.ts';

/** What the demo joins on one thread, for the time machine to drive. */

const DEMO_SECRET = 'whsec_demo';

/** Everything in memory: no environment, no credential, and nothing that could leave. */
export const openDemoRelay = async (policy: Policy, options: DemoRelayOptions): Promise<DemoRelay> => {
  const { clock, onCall, onToolRequest } = options;
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'demo' });
  const relay = makeRelay({
    store,
    policy,
    audiences: await loadAudiences(),
    namespace: 'demo',
    providers: PROVIDERS,
    code: 'demo',
    secretsOf: () => [DEMO_SECRET],
    segment: null,
    recorder: makeRecorderSink(onCall),
    tools: await openTools({
      clock,
      credentials: {},
      policy,
      onRequest: (tool, request) => onToolRequest?.({ tool, ...request }),
    }),
    deliverTestMode: false,
    clock,
    random: () => 0.5,
    log: SILENT_LOG,
  });
  return {
    store,
    secret: DEMO_SECRET,
    receiver: relay.receiver,
    runDue: relay.runDue,
    deliverDue: relay.deliverDue,
    serve: async (address) => {
      const { makeMetrics } = await import('./http/metrics.ts');
      const parts = { metrics: makeMetrics(store, clock), apiToken: null, log: SILENT_LOG };
      const door = await openDoor({ receiver: relay.receiver, store }, address, parts);
      await relay.start();
      return { url: door.url, stop: async () => void (await Promise.all([door.stop(STOP_GRACE_MS), relay.stop()])) };
    },
    close: async () => {
      await relay.stop();
      await store.close();
    },
  };
};
