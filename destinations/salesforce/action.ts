import type { ActionDefinition, RequestClient } from '@segment/actions-core';
import { attributesField, batchFields, idField, isNewField } from '../../src/destination-kit/action-fields.ts';
import { type ActionOutcome, toMultiStatus } from '../../src/destination-kit/multi-status.ts';
import type { SalesforceSettings } from './settings.ts';

/** One subject's share of a call. */
export type SyncPayload = {
  readonly external_id: string;
  /** null clears a field. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Nothing of it was acknowledged yet: all attributes are there, and Salesforce may know it under another id. */
  readonly is_new?: boolean;
};

/** Tells each payload's outcome in their order; throws what says the same of all of them. */
export type Sync = (
  request: RequestClient,
  payloads: readonly SyncPayload[],
  settings: SalesforceSettings,
) => Promise<readonly ActionOutcome[]>;

interface ActionParts {
  readonly title: string;
  readonly description: string;
  /** Which of Recoup's events it takes. */
  readonly subscription: string;
  /** Where the attributes are found in one. */
  readonly attributes: '$.traits' | '$.properties';
  readonly sync: Sync;
}

/** Records per call of Salesforce's collections. */
export const MAX_RECORDS = 200;

/** Where the fields are found in an event as Recoup makes it. */
export const mappingOf = ({ attributes }: Pick<ActionParts, 'attributes'>) => ({
  external_id: { '@path': '$.context.recoup.id' },
  attributes: { '@path': attributes },
  is_new: { '@path': '$.context.recoup.is_new' },
  enable_batching: true,
  batch_size: MAX_RECORDS,
});

/** An action that writes many subjects in few calls. */
export const toAction = (parts: ActionParts): ActionDefinition<SalesforceSettings, SyncPayload> => {
  const mapping = mappingOf(parts);
  const run = async (request: RequestClient, payloads: readonly SyncPayload[], settings: SalesforceSettings) =>
    toMultiStatus(await parts.sync(request, payloads, settings), payloads);
  return {
    title: parts.title,
    description: parts.description,
    platform: 'cloud',
    defaultSubscription: parts.subscription,
    fields: {
      external_id: idField('External ID', 'The value of the external id field.', mapping.external_id),
      attributes: attributesField('Attributes', 'Attributes that changed. null clears one.', mapping.attributes),
      is_new: isNewField('Is New', 'Nothing of it was written yet: it is looked up before.', mapping.is_new),
      ...batchFields('Batch Data to Salesforce', 'Send many in one call.', 'Records per call.', mapping),
    },
    perform: (request, { payload, settings }) => run(request, [payload], settings),
    performBatch: (request, { payload, settings }) => run(request, payload, settings),
  };
};
