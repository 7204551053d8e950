import type { RequestClient } from '@segment/actions-core';
import { loadCore } from '../../src/destination-kit/core.ts';
import type { ActionOutcome } from '../../src/destination-kit/multi-status.ts';
import { type Held, parseHeld, toRefusal, toWriteAnswer, writtenIds } from './batch-answer.ts';
import type { Properties } from './properties.ts';
import { type HubspotObject, type HubspotSettings, toBatchUrl } from './settings.ts';
import { dataOf, toMeaning } from './thrown.ts';
import { parseError } from './verdict.ts';

/** One input of a batch write, and the payload it stands for. */
export interface WriteInput {
  readonly payload: number;
  /** HubSpot's id of the object, where it is known. */
  readonly objectId?: string;
  /** Said of it when it was taken. */
  readonly warning?: string;
  /** Which object, and what it holds. */
  readonly input: {
    /** HubSpot's id, or the value of `idProperty`; a new object has none. */
    readonly id?: string;
    readonly idProperty?: string;
    readonly properties: Properties;
    readonly associations?: readonly unknown[];
  };
}

/** The requests of one call, whose first failure ends it as long as nothing was written. */
export interface HubspotCall {
  /** Objects by a unique property; those that HubSpot does not know are left out. */
  readonly read: (
    object: HubspotObject,
    idProperty: string | null,
    ids: readonly string[],
    properties: readonly string[],
  ) => Promise<readonly Held[]>;
  readonly write: (
    object: HubspotObject,
    verb: 'create' | 'update' | 'upsert',
    inputs: readonly WriteInput[],
  ) => Promise<void>;
  /** Something beside the objects was changed for the records of the call: nothing may be told of the whole call any more. */
  readonly changed: () => void;
  readonly hasChanged: () => boolean;
  /** What became of a payload that was not written. */
  readonly settle: (payload: number, outcome: ActionOutcome) => void;
  /** One for each payload, in their order. */
  readonly outcomes: () => readonly ActionOutcome[];
  /** HubSpot's id of what was written, by payload. */
  readonly ids: () => ReadonlyMap<number, string>;
}

/**
 * Once something was written, a failure is told to the records of its own request and to no other: what HubSpot has
 * certainly not taken is to be sent again, what it may have taken is unknown.
 */
export const openCall = (request: RequestClient, settings: HubspotSettings, payloads: number): HubspotCall => {
  const settled = new Map<number, ActionOutcome>();
  const ids = new Map<number, string>();
  let hasWritten = false;

  const tell = (inputs: readonly WriteInput[], outcomes: readonly ActionOutcome[]): void =>
    inputs.forEach(({ payload, warning = null }, index) => {
      const outcome = outcomes[index] ?? UNTOLD;
      settled.set(payload, outcome.result === 'delivered' ? { ...outcome, warning } : outcome);
    });

  const send = async (url: string, inputs: readonly WriteInput[]): Promise<void> => {
    const traced = inputs.map(({ payload, input }) => ({ ...input, objectWriteTraceId: String(payload) }));
    const { data } = await request(url, { method: 'post', json: { inputs: traced } });
    const { outcomes, problem, hasTaken } = toWriteAnswer(data, inputs.map(toTrace));
    if (problem !== null && !hasWritten) throw notSetUp(problem);
    hasWritten ||= hasTaken;
    for (const [traceId, id] of writtenIds(data)) ids.set(Number(traceId), id);
    tell(inputs, outcomes);
  };

  return {
    read: async (object, idProperty, ids, properties) => {
      if (ids.length === 0) return [];
      const inputs = [...new Set(ids)].map((id) => ({ id }));
      const asked = { properties, propertiesWithHistory: [], inputs, ...(idProperty === null ? {} : { idProperty }) };
      const { data } = await request(toBatchUrl(settings, object, 'read'), { method: 'post', json: asked });
      const held = parseHeld(data);
      if (held === null) throw new Error('the answer is not one of HubSpot');
      return held;
    },
    write: async (object, verb, inputs) => {
      if (inputs.length === 0) return;
      try {
        await send(toBatchUrl(settings, object, verb), inputs);
      } catch (error) {
        const alone = inputs.length === 1 ? toAlone(error) : null;
        if (alone !== null) return tell(inputs, [alone]);
        if (!hasWritten) throw error;
        tell(
          inputs,
          inputs.map(() => toLateOutcome(error, inputs.length)),
        );
      }
    },
    changed: () => {
      hasWritten = true;
    },
    hasChanged: () => hasWritten,
    settle: (payload, outcome) => void settled.set(payload, outcome),
    ids: () => ids,
    outcomes: () => Array.from({ length: payloads }, (_, payload) => settled.get(payload) ?? UNTOLD),
  };
};

const UNTOLD: ActionOutcome = { result: 'unknown', reason: 'nothing was told of this record' };

/** In the framework's words, so that any host stops here. */
const notSetUp = (problem: string): Error => new (loadCore().IntegrationError)(problem, 'NOT_SET_UP', 401);

const toTrace = ({ payload, input }: WriteInput) => ({ traceId: String(payload), id: input.id ?? null });

/** A refusal of a request with one input, where it is the same as if HubSpot had named the input. */
const toAlone = (error: unknown): ActionOutcome | null =>
  error instanceof loadCore().HTTPError ? toRefusal(parseError(dataOf(error.response))) : null;

/** A failed request after one that was taken. */
const toLateOutcome = (error: unknown, inputs: number): ActionOutcome => {
  const { answer, reason } = toMeaning(error);
  if (answer === 'unknown') return { result: 'unknown', reason };
  if (answer === 'refused' && inputs === 1) return { result: 'rejected', reason };
  // Refused for the sake of one among several: they are sent again in a call of their own, which can be halved.
  return { result: 'retry', at: null, reason };
};
