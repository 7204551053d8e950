import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Instant, instant } from '../../domain/instant.ts';
import { OPERATOR_LIMITS, type OperatorAction } from '../../interventions/operator/operator-body.ts';
import { intervene } from '../../pipeline/interventions/intervene.ts';
import type { Expiry, OperatorRequest } from '../../pipeline/interventions/intervention.ts';
import { toInterventionJson } from '../../pipeline/interventions/to-intervention-json.ts';
import type { CliDoors } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { say, sayJson } from '../terminal.ts';
import { intervenedLines } from './hold-text.ts';

export interface HoldOptions {
  readonly json?: boolean;
  readonly reason?: string;
  readonly actor?: string;
  readonly requestId?: string;
  readonly holdId?: string;
  readonly episode?: string;
  /** Milliseconds. */
  readonly for?: number;
  readonly until?: Instant;
}

/** A process without an entry among the machine's users, as in some containers, is nobody by name. */
const osUser = (): string => {
  try {
    return userInfo().username.slice(0, OPERATOR_LIMITS.actor) || 'unknown';
  } catch {
    return 'unknown';
  }
};

const toExpiry = ({ for: forMs, until }: HoldOptions): Expiry | null => {
  if (forMs !== undefined && until !== undefined)
    throw new CommandFailure('Give --for or --until, not both.', EXIT.usage);
  if (until !== undefined) return { until };
  return forMs === undefined ? null : { forMs };
};

const toRequest = (action: OperatorAction, id: string, options: HoldOptions): OperatorRequest => ({
  action,
  id,
  requestId: options.requestId ?? randomUUID(),
  actor: options.actor ?? osUser(),
  reason: options.reason ?? null,
  holdId: options.holdId ?? null,
  expiry: toExpiry(options),
  episode: options.episode ?? null,
});

/** `recoup hold|resume|exclude|mark-recovered`: stores what a person says, beside a running relay or without one. */
export const runHold = async (
  doors: CliDoors,
  action: OperatorAction,
  id: string,
  options: HoldOptions,
): Promise<number> => {
  const request = toRequest(action, id, options);
  const rules = await doors.loadRules();
  const readers = await doors.loadProviders();
  const providers = Object.fromEntries(readers.map((provider) => [provider.name, provider]));
  const store = await doors.openStore();
  try {
    const now = instant(Date.now());
    const done = await intervene({ store, rules, providers }, request, now);
    if (!done.ok) throw new CommandFailure(done.message);
    if (options.json === true) sayJson(toInterventionJson(done));
    else for (const line of intervenedLines(done, now)) say(line);
    return EXIT.done;
  } finally {
    await store.close();
  }
};
