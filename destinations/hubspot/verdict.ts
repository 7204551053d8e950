import { z } from 'zod';
import { toReason } from '../../src/destination-kit/reason.ts';
import { RUN_SET_UP } from '../../src/destination-kit/run-set-up.ts';

const envelope = z.looseObject({
  message: z.string().catch(''),
  category: z.string().catch(''),
  policyName: z.string().catch(''),
  errors: z.array(z.looseObject({ message: z.string().catch(''), code: z.string().catch('') })).catch([]),
});

/** What HubSpot says of a fault, in its envelope for whole calls and single inputs alike. */
export type HubspotError = z.infer<typeof envelope>;

/** Reads HubSpot's words of a fault; empty ones where there are none. */
export const parseError = (body: unknown): HubspotError => envelope.parse(typeof body === 'object' ? (body ?? {}) : {});

/** Faults in the account's set-up: every record meets them until somebody mends it. */
const NOT_SET_UP = /PROPERTY_DOESNT_EXIST|INVALID_OPTION|non-unique|READ_ONLY_VALUE/;
/** Of an id that is looked for, HubSpot says so also where there is no such property. */
const NOT_UNIQUE = 'non-unique';
const KEY_AT_FAULT = /non-unique [\w-]+ property( [a-z][a-z0-9_]{0,99})\b/;
const PROPERTY_AT_FAULT = /"name"\s*:\s*"([a-z][a-z0-9_]{0,99})"/;

const textOf = ({ message, category, errors }: HubspotError): string =>
  [category, message, ...errors.flatMap(({ message: each, code }) => [code, each])].join(' ');

/** What somebody has to set up in HubSpot before anything can be written, as a sentence; null: it is not about that. */
export const toSetUpProblem = (error: HubspotError): string | null => {
  const text = textOf(error);
  const kind = NOT_SET_UP.exec(text)?.[0];
  if (kind === undefined) return null;
  if (kind === NOT_UNIQUE) return `HubSpot has no unique property${KEY_AT_FAULT.exec(text)?.[1] ?? ''}; ${RUN_SET_UP}`;
  const name = PROPERTY_AT_FAULT.exec(text)?.[1] ?? '';
  const what = name === '' ? 'a property' : `the property ${name}`;
  return `HubSpot cannot take ${what} (${kind}); ${RUN_SET_UP}`;
};

/** Whether the object that was named is not there (any more). */
export const isNotFound = ({ category }: HubspotError): boolean => category === 'OBJECT_NOT_FOUND';

/** Whether another object has the value that must be unique. */
export const isConflict = ({ category, message }: HubspotError): boolean =>
  category === 'CONFLICT' || message.includes('CONFLICTING_UNIQUE_VALUE');

/** HubSpot's words, fit to be stored: its list of invalid values is cut to the first kind and name. */
export const toWords = (error: HubspotError): string => {
  const kind = /"error"\s*:\s*"([A-Z_]{1,60})"/.exec(error.message)?.[1] ?? '';
  const name = PROPERTY_AT_FAULT.exec(error.message)?.[1] ?? '';
  // The message quotes the value that was refused, which may be anybody's.
  if (kind !== '' || name !== '') return [error.category, kind, name].filter((word) => word !== '').join(' ');
  return toReason([error.category, error.message].filter((word) => word !== '').join(': '));
};
