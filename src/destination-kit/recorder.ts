import type { RequestClient } from '@segment/actions-core';
import { loadCore } from './core.ts';
import type { RecordedRequest, Tool, ToolSettings } from './define-tool.ts';
import { toFailure } from './failure.ts';
import { hostAction, type RequestWrapper } from './host.ts';
import { measured, toBody } from './request-body.ts';
import type { RecordOutcome, ToolSink } from './sink.ts';

export interface RecorderOptions {
  readonly onRequest?: (request: RecordedRequest) => void;
  /** Settings that shape the request, beside the key, which is not needed. */
  readonly settings?: ToolSettings;
  readonly objects?: number;
}

/**
 * Stands in for a tool: the same destination, mapping, validation and limits make the same requests, byte for byte, and
 * none is sent. What the tool would have been asked is final (semantics G9).
 */
export const makeRecorderSink = (tool: Tool, options: RecorderOptions = {}): ToolSink => {
  const limits = { ...tool.limits, objects: Math.min(options.objects ?? tool.limits.objects, tool.limits.objects) };
  const record = recordInstead(tool, options.onRequest ?? (() => {}));
  const measure = measured(limits.bytes);
  const settings = { ...tool.credentials(tool.recorder.credentials), ...options.settings };
  const run = hostAction(tool, settings, (send) => measure(record(send)));
  return {
    tool: tool.key,
    limits,
    objectsOf: tool.objectsOf,
    resendsUnknownEvents: tool.resendsUnknownEvents,
    send: async (records) => {
      if (records.length === 0) return { answer: 'each', outcomes: [] };
      try {
        const { outcomes } = await run(records, settings, new AbortController().signal);
        return { answer: 'each', outcomes: outcomes.map(toRecorded) };
      } catch (error) {
        return toFailure(error);
      }
    },
    close: async () => {},
  };
};

const toRecorded = (outcome: RecordOutcome): RecordOutcome =>
  outcome.result === 'delivered' ? { result: 'recorded' } : outcome;

const recordInstead = (tool: Tool, onRequest: (request: RecordedRequest) => void): RequestWrapper => {
  return () =>
    (async (url: string, options) => {
      const request = { method: (options?.method ?? 'get').toUpperCase(), url, body: toBody(options) };
      onRequest(request);
      const { status, body: data } = tool.recorder.answer(request);
      const content = JSON.stringify(data);
      return Object.assign(new (loadCore().Response)(content, { status }), { data, content });
    }) as RequestClient;
};
