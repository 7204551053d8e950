import type { ActionDefinition } from '@segment/actions-core';
import type { HubspotSettings } from './settings.ts';

/** HubSpot takes so many inputs in one batch. */
export const INPUTS_PER_CALL = 100;

/** One contact, company or hand-off. */
export type SubjectPayload = {
  readonly id: string;
  /** What changed; null clears. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** HubSpot has acknowledged nothing of it yet. */
  readonly is_new?: boolean;
};

type Mapping = {
  readonly id: { readonly '@path': string };
  readonly attributes: { readonly '@path': string };
  readonly is_new: { readonly '@path': string };
  readonly enable_batching: boolean;
  readonly batch_size: number;
};

export const subjectMapping = (id: string, attributes: string): Mapping => ({
  id: { '@path': id },
  attributes: { '@path': attributes },
  is_new: { '@path': '$.context.recoup.is_new' },
  enable_batching: true,
  batch_size: INPUTS_PER_CALL,
});

/** The fields that all three actions have. */
export const subjectFields = (
  mapping: Mapping,
  idLabel: string,
  idDescription: string,
): ActionDefinition<HubspotSettings, SubjectPayload>['fields'] => ({
  id: { label: idLabel, description: idDescription, type: 'string', required: true, default: mapping.id },
  attributes: {
    label: 'Properties',
    description: 'Properties that changed. null clears one.',
    type: 'object',
    defaultObjectUI: 'keyvalue',
    default: mapping.attributes,
  },
  is_new: {
    label: 'New',
    description: 'HubSpot may know the subject without its id: it is to be looked for.',
    type: 'boolean',
    default: mapping.is_new,
  },
  enable_batching: {
    label: 'Batch Data to HubSpot',
    description: 'Send many in one call.',
    type: 'boolean',
    default: mapping.enable_batching,
  },
  batch_size: {
    label: 'Batch Size',
    description: 'Subjects per call.',
    type: 'number',
    default: mapping.batch_size,
    unsafe_hidden: true,
  },
});
