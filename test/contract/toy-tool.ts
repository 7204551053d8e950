import type { ActionDefinition, DestinationDefinition } from '@segment/actions-core';
import { defineTool, type Tool, type ToolDefinition } from '../../src/destination-kit/define-tool.ts';
import { toStatusAnswer } from '../../src/destination-kit/status-answer.ts';

type ToySettings = { readonly token: string; readonly endpoint: string };
type ToyAction = ActionDefinition<ToySettings>;

const put: ToyAction = {
  title: 'Put',
  description: 'Put the state of people.',
  platform: 'cloud',
  fields: {
    id: { label: 'Id', description: 'Who.', type: 'string', required: true },
    state: { label: 'State', description: 'What.', type: 'object' },
  },
  perform: () => {},
  performBatch: (request, { payload, settings }) => request(settings.endpoint, { method: 'put', json: payload }),
};

const { performBatch: _, ...withoutBatches } = put;

interface ToyParts {
  readonly action?: Partial<ToyAction>;
  readonly batches?: boolean;
  readonly preset?: { readonly subscribe?: string; readonly partnerAction?: string };
  readonly definition?: Partial<DestinationDefinition<ToySettings>>;
  readonly tool?: Partial<ToolDefinition<ToySettings>>;
}

/** The smallest tool there can be, to be spoilt one part at a time. */
export const toyTool = ({ action, batches = true, preset, definition, tool }: ToyParts = {}): Tool =>
  defineTool<ToySettings>({
    vendor: 'toy',
    subject: 'person',
    key: 'toy',
    segmentNames: [],
    definition: {
      name: 'dunning-toy',
      mode: 'cloud',
      authentication: {
        scheme: 'custom',
        fields: {
          token: { label: 'Token', description: 'The key.', type: 'password', required: true },
          endpoint: { label: 'Endpoint', description: 'Where.', type: 'string', format: 'uri', required: true },
        },
      },
      extendRequest: ({ settings }) => ({ headers: { authorization: `Bearer ${settings.token}` } }),
      presets: [
        {
          name: 'State',
          type: 'automatic',
          subscribe: 'type = "identify"',
          partnerAction: 'put',
          mapping: { id: { '@path': '$.userId' }, state: { '@path': '$.traits' } },
          ...preset,
        },
      ],
      actions: { put: batches ? { ...put, ...action } : withoutBatches },
      ...definition,
    },
    action: 'put',
    limits: { objects: 10, bytes: 10_000, callsPerSecond: 1 },
    objectsOf: () => 1,
    resendsUnknownEvents: false,
    credentials: ({ token = '', endpoint = '' }) => ({ token, endpoint }),
    toAnswer: toStatusAnswer,
    recorder: {
      credentials: { token: 'recorder', endpoint: 'https://toy.invalid' },
      answer: () => ({ status: 200, body: {} }),
    },
    ...tool,
  });
