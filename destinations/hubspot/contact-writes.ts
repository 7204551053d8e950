import type { HubspotCall, WriteInput } from './call.ts';

/** What a call writes of contacts, by how it names them. */
export interface ContactWrites {
  /** By the unique property. An update and not an upsert, which would make an empty double of a contact deleted meanwhile. */
  readonly known: readonly WriteInput[];
  /** By HubSpot's id: the unique property is set with the rest. */
  readonly linked: readonly WriteInput[];
  /** An upsert by the unique property, so that one of unknown outcome can be repeated. */
  readonly created: readonly WriteInput[];
}

/** The writes of some of the payloads. */
export const writesOf = (
  { known, linked, created }: ContactWrites,
  isMeant: (payload: number) => boolean,
): ContactWrites => {
  const meant = (inputs: readonly WriteInput[]) => inputs.filter(({ payload }) => isMeant(payload));
  return { known: meant(known), linked: meant(linked), created: meant(created) };
};

/** Sends each kind in a request of its own. Rejects as `HubspotCall.write` does. */
export const writeContacts = async (call: HubspotCall, { known, linked, created }: ContactWrites): Promise<void> => {
  // The address finds and creates; a contact that is there keeps the one that sales gave it.
  await call.write('contacts', 'update', known);
  await call.write('contacts', 'update', linked);
  await call.write('contacts', 'upsert', created);
};
