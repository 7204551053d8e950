import type { Environment } from './config/environment.ts';
import type { Log } from './config/log.ts';
import { SECOND_MS } from './domain/instant.ts';
import type { GuardRoutesOptions } from './http/guard-routes.ts';
import type { GuardStore } from './pipeline/guard/guard-ports.ts';
import { makeGuard } from './pipeline/guard/make-guard.ts';
import { makeFindPresent, type PresentOptions } from './pipeline/guard/present.ts';
import { makeStatus } from './pipeline/guard/status.ts';
import { openGuardStore } from './store/index.ts';

/** The guard as `start` joins it: on the door's thread, with a reader of its own where the store is on disk. */

/** One line in this time: a template that asks for a million people must not become a million lines. */
const QUIET_MS = 10 * SECOND_MS;

const makeFaultLog = (log: Log): ((error: unknown) => void) => {
  let quietUntil = 0;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + QUIET_MS;
    log.error({ error }, 'the guard could not be answered from the store, so messages are stopped');
  };
};

interface OpenGuard extends Pick<GuardRoutesOptions, 'guard' | 'status' | 'token'> {
  readonly close: () => Promise<void>;
}

/**
 * Opens the guard beside a store that is open.
 * @param decides the rules, providers and channels of the loop; `store` is asked where there can be no reader beside it.
 */
export const openGuard = async (
  { databaseUrl, guardToken }: Pick<Environment, 'databaseUrl' | 'guardToken'>,
  decides: Omit<PresentOptions, 'store'> & { readonly store: GuardStore },
  log: Log,
): Promise<OpenGuard> => {
  const reader = await openGuardStore(databaseUrl);
  const findPresent = makeFindPresent({ ...decides, store: reader ?? decides.store });
  const options = { findPresent, onFault: makeFaultLog(log) };
  return {
    guard: makeGuard(options),
    status: makeStatus(options),
    token: guardToken,
    close: async () => reader?.close(),
  };
};
