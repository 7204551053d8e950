import { createHash } from 'node:crypto';
import type { ActionDefinition, DestinationDefinition, JSONObject, RequestClient } from '@segment/actions-core';
import { type Instant, instant } from '../domain/instant.ts';
import { findSubscriptionError, loadCore } from './core.ts';
import type { HttpAnswer, Tool, ToolSettings } from './define-tool.ts';
import { type StatusNode, toOutcome } from './multi-status.ts';
import type { ToolRecord } from './record.ts';
import { toSegmentEvent } from './segment-event.ts';
import type { RecordOutcome } from './sink.ts';

/** Stands between an action and the framework's request client. */
export type RequestWrapper = (send: RequestClient) => RequestClient;

export interface HostedCall {
  /** The answer that ended the call, which the action did not catch; null: the action ended by itself. */
  readonly ended: HttpAnswer | null;
  /** One for each record, in their order. */
  readonly outcomes: readonly RecordOutcome[];
}

/** Runs one call with these settings, made at `sentAt`: its records' own instants if absent. Rejects with what the action threw when no HTTP answer explains it. */
export type HostedAction = (
  records: readonly ToolRecord[],
  settings: ToolSettings,
  signal: AbortSignal,
  sentAt?: Instant,
) => Promise<HostedCall>;

/**
 * A tool's destination, run as Segment would run it, with its own preset.
 * @throws Error when the preset, its subscription or a setting would make the framework drop every record, silently
 *   or at the first one.
 */
export const hostAction = (tool: Tool, first: ToolSettings, wrap: RequestWrapper): HostedAction => {
  const { Destination } = loadCore();
  const definition = toHosted(tool.definition, wrap);
  const subscription = subscriptionOf(tool);
  checkSettings(tool, first);
  return async (records, settings, signal, sentAt) => {
    // A fresh one for each call: the framework keeps every answer in `responses`, without end and of all calls at once.
    const destination = new Destination(definition);
    try {
      const results: readonly { multistatus?: readonly StatusNode[] }[] = await destination.onBatch(
        records.map((record) => toSegmentEvent(record, tool.subject, sentAt)),
        { ...settings, subscriptions: [subscription] },
        { signal },
      );
      const nodes = results[0]?.multistatus ?? [];
      return { ended: null, outcomes: records.map((_, index) => toOutcome(nodes[index])) };
    } catch (error) {
      if (!(error instanceof loadCore().HTTPError)) throw error;
      const ended = toHttpAnswer(error.response);
      return { ended, outcomes: records.map(() => toOutcome(undefined)) };
    }
  };
};

/** The definition with the framework's traps closed, and `wrap` around what its actions send. */
const toHosted = (
  definition: DestinationDefinition<ToolSettings>,
  wrap: RequestWrapper,
): DestinationDefinition<JSONObject> => {
  const hosted: DestinationDefinition<ToolSettings> = {
    ...definition,
    name: `${definition.name}-${schemaMark(definition)}`,
    extendRequest: (data) => ({
      ...definition.extendRequest?.(data),
      // Otherwise an answer over some 130 KB is waited for without end.
      skipResponseCloning: true,
      // A redirect is for people to read, not to follow with a key.
      redirect: 'manual',
    }),
    actions: Object.fromEntries(
      Object.entries(definition.actions).map(([slug, action]) => [slug, wrapAction(action, wrap)]),
    ),
  };
  return hosted as unknown as DestinationDefinition<JSONObject>;
};

const wrapAction = (action: ActionDefinition<ToolSettings>, wrap: RequestWrapper): ActionDefinition<ToolSettings> => {
  const { performBatch } = action;
  if (performBatch === undefined) return action;
  return { ...action, performBatch: (request, data) => performBatch(wrap(request), data) };
};

/** The framework caches schemas by the destination's name, for the whole process: other fields need another name. */
const schemaMark = (definition: DestinationDefinition<ToolSettings>): string => {
  const fields = Object.values(definition.actions).map((action) => [action.title, action.fields]);
  return createHash('sha256')
    .update(JSON.stringify([definition.authentication?.fields, fields]))
    .digest('hex')
    .slice(0, 8);
};

const ANYBODY: ToolRecord = { userId: 'anybody', at: instant(0), attributes: {}, events: [], isNew: true };

const subscriptionOf = ({ key, subject, definition, action }: Tool): JSONObject => {
  const preset = definition.presets?.find((each) => each.partnerAction === action && each.type === 'automatic');
  if (preset === undefined || preset.type !== 'automatic')
    throw new Error(`The destination of ${key} has no automatic preset for its action ${action}.`);
  if (definition.actions[action]?.performBatch === undefined)
    throw new Error(`The action ${action} of ${key} does not exist or takes no batches.`);
  const problem = findSubscriptionError(preset.subscribe, toSegmentEvent(ANYBODY, subject));
  if (problem !== null) throw new Error(`The subscription of ${key} would deliver nothing: ${problem}`);
  return { partnerAction: action, subscribe: preset.subscribe, mapping: preset.mapping ?? {} };
};

/** Names the setting at fault and never its value. */
const checkSettings = ({ key, definition }: Tool, settings: ToolSettings): void => {
  const fields = Object.entries(definition.authentication?.fields ?? {});
  const missing = fields.find(([name, field]) => field.required === true && (settings[name] ?? '') === '');
  if (missing !== undefined) throw new Error(`The setting ${missing[0]} of ${key} is missing.`);
  const { validateSchema, fieldsToJsonSchema } = loadCore();
  const mark = `${definition.name}-${schemaMark(definition)}`;
  const wrong = fields.find(([name, field]) => {
    const schema = fieldsToJsonSchema({ [name]: { ...field, required: false } });
    const value = name in settings ? { [name]: settings[name] } : {};
    // By the key it is compiled once for all tools of the vendor: that is most of the time that a start spends here.
    return !validateSchema(value, schema, { throwIfInvalid: false, schemaKey: `${mark} setting ${name}` });
  });
  if (wrong !== undefined) throw new Error(`The setting ${wrong[0]} of ${key} is not valid.`);
};

interface RawResponse {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly data?: unknown;
}

const toHttpAnswer = ({ status, headers, data }: RawResponse): HttpAnswer => ({
  status,
  header: (name) => headers.get(name),
  body: data,
});
