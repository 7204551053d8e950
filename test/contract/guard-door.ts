import { onTestFinished } from 'vitest';
import { SILENT_LOG } from '../../src/config/log.ts';
import type { Secret } from '../../src/config/secret.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { makeApp } from '../../src/http/app.ts';
import type { GuardRoutesOptions } from '../../src/http/guard-routes.ts';
import { makeMetrics } from '../../src/http/metrics.ts';
import { makeServer } from '../../src/http/server.ts';
import { makeReceiver } from '../../src/pipeline/receive.ts';
import type { GuardRig } from './guard-rig.ts';

export interface GuardDoor {
  readonly url: string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
}

interface DoorSetting extends Partial<Pick<GuardRoutesOptions, 'guard' | 'status'>> {
  readonly token?: Secret | null;
  readonly now: Instant;
}

/** The HTTP door over a guard; closed when the test has ended. */
export const openGuardDoor = async (rig: GuardRig, setting: DoorSetting): Promise<GuardDoor> => {
  const { token = null, now, guard = rig.guard, status = rig.status } = setting;
  const { store } = rig;
  const clock = { now: () => now };
  const receiver = makeReceiver({ store, providers: [], secretsOf: () => [], clock, onReport: () => {} });
  const metrics = makeMetrics(store, clock);
  const app = makeApp({
    receiver,
    store,
    metrics,
    apiToken: null,
    log: SILENT_LOG,
    guard: { guard, status, token, clock },
  });
  const server = makeServer({ app, host: '127.0.0.1', port: 0, onError: () => {} });
  onTestFinished(() => server.stop(0));
  const url = await server.start();
  return { url, get: (path, headers = {}) => fetch(`${url}${path}`, { headers }) };
};
