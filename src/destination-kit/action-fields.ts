import type { InputField } from '@segment/actions-core';

/** Where a field is found in an event as Recoup makes it. */
interface Path {
  readonly '@path': string;
}

/** The key of the record in the tool. */
export const idField = (label: string, description: string, path: Path): InputField => ({
  label,
  description,
  type: 'string',
  required: true,
  default: path,
});

/** Attributes by name. */
export const attributesField = (label: string, description: string, path: Path): InputField => ({
  label,
  description,
  type: 'object',
  defaultObjectUI: 'keyvalue',
  default: path,
});

/** Whether the tool has acknowledged nothing of the record yet. */
export const isNewField = (label: string, description: string, path: Path): InputField => ({
  label,
  description,
  type: 'boolean',
  default: path,
});

/** What an event consists of, in most tools; its time is ISO 8601. */
export const EVENT = {
  name: { label: 'Name', type: 'string', required: true },
  time: { label: 'Time', description: 'ISO 8601', type: 'datetime', required: true },
  properties: { label: 'Properties', type: 'object', additionalProperties: true },
} as const;

/** What happened, in order. */
export const eventsField = (
  label: string,
  description: string,
  path: Path,
  properties: NonNullable<InputField['properties']>,
): InputField => ({
  label,
  description,
  type: 'object',
  multiple: true,
  additionalProperties: true,
  properties,
  default: path,
});

/** How many records a host of Segment Actions puts into a call. */
export const batchFields = (
  label: string,
  description: string,
  sizeDescription: string,
  mapping: { readonly enable_batching: boolean; readonly batch_size: number },
): { readonly enable_batching: InputField; readonly batch_size: InputField } => ({
  enable_batching: { label, description, type: 'boolean', default: mapping.enable_batching },
  batch_size: {
    label: 'Batch Size',
    description: sizeDescription,
    type: 'number',
    default: mapping.batch_size,
    unsafe_hidden: true,
  },
});
