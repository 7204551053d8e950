import type { ActionDefinition } from '@segment/actions-core';
import { attributesField, batchFields, idField, isNewField } from '../../src/destination-kit/action-fields.ts';
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
  id: idField(idLabel, idDescription, mapping.id),
  attributes: attributesField('Properties', 'Properties that changed. null clears one.', mapping.attributes),
  is_new: isNewField('New', 'HubSpot may know the subject without its id: it is to be looked for.', mapping.is_new),
  ...batchFields('Batch Data to HubSpot', 'Send many in one call.', 'Subjects per call.', mapping),
});
