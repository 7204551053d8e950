import type { ActionDefinition } from '@segment/actions-core';
import { attributesField, batchFields, idField, isNewField } from './action-fields.ts';
import type { Attributes } from './record.ts';

/** One customer's share of a call to a support tool. */
export type AgentPayload = {
  readonly external_id: string;
  /** Nothing was written yet: all attributes are there. */
  readonly is_new?: boolean;
  /** null clears. */
  readonly attributes?: Attributes;
};

/** Where the fields are found in an event as Recoup makes it. */
export const agentMapping = (batchSize: number) => ({
  external_id: { '@path': '$.userId' },
  is_new: { '@path': '$.context.recoup.is_new' },
  attributes: { '@path': '$.traits' },
  enable_batching: true,
  batch_size: batchSize,
});

/**
 * The fields of an action that shows agents a customer's dunning status.
 * @param one what the tool calls a customer, e.g. `user`.
 */
export const agentFields = (
  mapping: ReturnType<typeof agentMapping>,
  one: string,
  sizeDescription: string,
): ActionDefinition<unknown, AgentPayload>['fields'] => ({
  external_id: idField('External ID', `The external id of the ${one}.`, mapping.external_id),
  is_new: isNewField('Is New', `Nothing was written yet: the ${one} may be known by email alone.`, mapping.is_new),
  attributes: attributesField('Attributes', 'What changed. null clears.', mapping.attributes),
  ...batchFields('Batch', `Look many ${one}s up in one request.`, sizeDescription, mapping),
});

/** The address by which a customer may be known who has no external id in the tool yet; null: there is none, or it is known by now. */
export const agentEmail = ({ is_new, attributes }: AgentPayload): string | null => {
  const email = attributes?.email;
  return is_new === true && typeof email === 'string' && email !== '' ? email : null;
};
