import type { RequestClient } from '@segment/actions-core';
import { z } from 'zod';
import { toFailure } from '../../src/destination-kit/failure.ts';
import type { ActionOutcome } from '../../src/destination-kit/multi-status.ts';
import { toAnswer } from './answer.ts';
import {
  describeError,
  isPassing,
  isSetUpError,
  isUnknownSubject,
  parseApiErrors,
  SET_UP_ADVICE,
} from './api-error.ts';
import { type SalesforceSettings, toUrl } from './settings.ts';

/** How a record is written: by our external id and never made, by Salesforce's own id, or made. */
export type WriteWay = 'by_external_id' | 'by_id' | 'create';

export interface PlannedWrite {
  readonly way: WriteWay;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Told with the delivery. */
  readonly warning: string | null;
}

/** What is to become of one payload: written, or told already. */
export type Planned = PlannedWrite | ActionOutcome;

export interface WriteTarget {
  readonly object: 'Contact' | 'Account' | 'Task';
  /** The field of our external id. */
  readonly idField: string;
}

/** Told as `set_up` first: whether it stops the tool depends on the whole call. */
type Told = ActionOutcome | { readonly result: 'set_up'; readonly reason: string };

const WAYS: readonly WriteWay[] = ['by_external_id', 'by_id', 'create'];

/**
 * Writes what is planned, one call for each way, and tells each payload's outcome in their order. A call that fails
 * before anything was written ends all; a later one is told of its own records only.
 * @throws what the first call threw; an error of status 401 when all that was written met a mistake in the set-up.
 */
export const writeAll = async (
  request: RequestClient,
  settings: SalesforceSettings,
  target: WriteTarget,
  plans: readonly Planned[],
): Promise<readonly ActionOutcome[]> => {
  const told = new Map<number, Told>();
  for (const way of WAYS) {
    const writes = plans.flatMap((plan, index) => ('way' in plan && plan.way === way ? [{ index, plan }] : []));
    if (writes.length === 0) continue;
    const results = await send(
      request,
      settings,
      target,
      { way, writes: writes.map(({ plan }) => plan) },
      told.size > 0,
    );
    writes.forEach(({ index }, at) => void told.set(index, results[at] ?? UNREADABLE));
  }
  stopOnSetUp([...told.values()]);
  return plans.map((plan, index) => ('way' in plan ? toOutcome(told.get(index) ?? UNREADABLE) : plan));
};

const UNREADABLE: ActionOutcome = { result: 'unknown', reason: 'the answer is not one of Salesforce' };

interface Call {
  readonly way: WriteWay;
  readonly writes: readonly PlannedWrite[];
}

const send = async (
  request: RequestClient,
  settings: SalesforceSettings,
  target: WriteTarget,
  call: Call,
  isLater: boolean,
): Promise<readonly Told[]> => {
  const path = call.way === 'by_external_id' ? (`/${target.object}/${target.idField}` as const) : '';
  const records = call.writes.map(({ fields }) => ({ attributes: { type: target.object }, ...fields }));
  try {
    const { data } = await request(toUrl(settings, `/composite/sobjects${path}`), {
      method: call.way === 'create' ? 'post' : 'patch',
      json: { allOrNone: false, records },
      // A rule that only warns of duplicates says nothing about dunning; new Contacts are to be judged.
      headers: call.way === 'create' ? {} : { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' },
    });
    return toTold(data, call, target);
  } catch (error) {
    if (!isLater) throw error;
    return call.writes.map(() => toLaterFailure(error));
  }
};

const result = z.looseObject({ success: z.boolean(), errors: z.array(z.unknown()).catch([]) });

/** Results come in the order of the request; an answer of another length tells nothing of anybody. */
const toTold = (data: unknown, call: Call, target: WriteTarget): readonly Told[] => {
  if (!Array.isArray(data) || data.length !== call.writes.length) return call.writes.map(() => UNREADABLE);
  return call.writes.map(({ warning }, index) => {
    const parsed = result.safeParse(data[index]);
    if (!parsed.success) return UNREADABLE;
    if (parsed.data.success) return { result: 'delivered', warning };
    return toRefused(parsed.data.errors, call.way, target);
  });
};

const toRefused = (body: readonly unknown[], way: WriteWay, { object, idField }: WriteTarget): Told => {
  const errors = parseApiErrors(body);
  if (errors.length === 0) return UNREADABLE;
  const reason = errors.map(describeError).join('; ');
  if (errors.some((error) => isPassing(error, idField))) return { result: 'retry', at: null, reason };
  if (way === 'by_external_id' && errors.some(isUnknownSubject))
    return { result: 'absent', reason: `no ${object} carries this id` };
  if (errors.every(isSetUpError)) return { result: 'set_up', reason };
  return { result: 'rejected', reason };
};

/** A call after the first: what was certainly not taken is owed, all else may have been taken. */
const toLaterFailure = (error: unknown): ActionOutcome => {
  const response = responseOf(error);
  const whole = response === null ? toFailure(error) : toAnswer({ ...response, header: () => null });
  const reason = whole?.reason ?? 'no answer';
  return whole === null || whole.answer === 'unknown'
    ? { result: 'unknown', reason }
    : { result: 'retry', at: null, reason };
};

const httpError = z.looseObject({ response: z.looseObject({ status: z.number(), data: z.unknown() }) });

const responseOf = (error: unknown): { readonly status: number; readonly body: unknown } | null => {
  const parsed = httpError.safeParse(error);
  return parsed.success ? { status: parsed.data.response.status, body: parsed.data.response.data } : null;
};

/** Where every record met the set-up, nothing was taken and no record is at fault: a person must act. */
const stopOnSetUp = (told: readonly Told[]): void => {
  const [first] = told;
  if (first?.result !== 'set_up' || !told.every((each) => each.result === 'set_up')) return;
  // The kit takes this status for a refusal of the tool as a whole.
  throw Object.assign(new Error(`${first.reason}; ${SET_UP_ADVICE}`), { status: 401 });
};

const toOutcome = (told: Told): ActionOutcome =>
  told.result === 'set_up' ? { result: 'retry', at: null, reason: `${told.reason}; ${SET_UP_ADVICE}` } : told;

/** What a delivery says of values that were left out. */
export const toWarning = (tooLong: readonly string[]): string | null =>
  tooLong.length === 0 ? null : `longer than Salesforce keeps, and left out: ${tooLong.join(', ')}`;
