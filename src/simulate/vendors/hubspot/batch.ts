import type { HubspotAccount, HubspotObject } from './account.ts';
import { type ObjectType, refuseValue } from './schema.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Input {
  readonly id?: string;
  readonly idProperty?: string;
  readonly objectWriteTraceId?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly associations?: readonly {
    readonly to: { readonly id: string };
    readonly types: readonly { readonly associationCategory: string; readonly associationTypeId: number }[];
  }[];
}

interface InputError {
  readonly status: number;
  readonly category: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

const MAX_INPUTS = 100;
const TASK_TO: Readonly<Record<number, ObjectType>> = { 204: 'contacts', 192: 'companies' };
const OBJECT_IDS: Readonly<Record<ObjectType, string>> = { contacts: '0-1', companies: '0-2', tasks: '0-27' };
const CORRELATION = '00000000-0000-4000-8000-000000000000';

/** HubSpot's envelope of a fault. */
export const refusal = (status: number, category: string, message: string, extra: object = {}): Answer => ({
  status,
  body: { status: 'error', message, correlationId: CORRELATION, category, ...extra },
});

const complete = (now: number, results: readonly unknown[], errors: readonly object[]) => ({
  status: 'COMPLETE',
  results,
  ...(errors.length === 0 ? {} : { numErrors: errors.length, errors }),
  startedAt: new Date(now).toISOString(),
  completedAt: new Date(now).toISOString(),
});

const toStandardError = ({ category, message, context }: InputError) => ({
  status: 'error',
  category,
  message,
  context,
  errors: [],
  links: {},
});

/** An object with the properties that were asked for; null where it has none. */
const toResult = ({ associations: _, ...object }: HubspotObject, names: readonly string[] | null) => ({
  ...object,
  properties: {
    hs_object_id: object.id,
    ...(names === null
      ? object.properties
      : Object.fromEntries(names.map((name) => [name, object.properties[name] || null]))),
  },
});

const asInputs = (body: unknown): readonly Input[] | null => {
  const inputs = typeof body === 'object' && body !== null && 'inputs' in body ? body.inputs : null;
  return Array.isArray(inputs) ? inputs : null;
};

const isUnique = ({ properties }: HubspotAccount, type: ObjectType, name: string): boolean =>
  properties[type].get(name)?.hasUniqueValue === true;

const wrongShape = (inputs: readonly Input[] | null): Answer | null => {
  if (inputs === null) return refusal(400, 'VALIDATION_ERROR', 'Invalid input JSON');
  return inputs.length > MAX_INPUTS ? refusal(400, 'VALIDATION_ERROR', `The maximum is ${MAX_INPUTS} inputs`) : null;
};

/** `POST …/batch/read`. Objects that are not there are told as errors beside the results, with status 207. */
export const batchRead = (account: HubspotAccount, type: ObjectType, body: unknown, now: number): Answer => {
  const inputs = asInputs(body);
  const wrong = wrongShape(inputs);
  if (wrong !== null || inputs === null) return wrong ?? refusal(400, 'VALIDATION_ERROR', 'no inputs');
  const { idProperty, properties: names, propertiesWithHistory } = body as Record<string, unknown>;
  if (!Array.isArray(names) || !Array.isArray(propertiesWithHistory))
    return refusal(400, 'VALIDATION_ERROR', 'properties and propertiesWithHistory are required');
  const by = idProperty === undefined ? 'hs_object_id' : String(idProperty);
  const isKnown = by === 'hs_object_id' || (by === 'email' && type === 'contacts') || isUnique(account, type, by);
  if (!isKnown)
    return refusal(400, 'VALIDATION_ERROR', `Unable to read by non-unique ${OBJECT_IDS[type]} property ${by}`);
  const ids = inputs.map(({ id }) => String(id));
  if (new Set(ids).size < ids.length) return refusal(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input');
  const found = new Map(ids.flatMap((id) => account.find(type, by, id).map((object) => [object.id, object] as const)));
  const missing = ids.filter((id) => account.find(type, by, id).length === 0);
  const results = [...found.values()].toReversed().map((object) => toResult(object, names.map(String)));
  const message = 'Could not get some objects, they may be deleted or not exist. Check that ids are valid.';
  const error = { status: 404, category: 'OBJECT_NOT_FOUND', message, context: { ids: missing } };
  return missing.length === 0
    ? { status: 200, body: complete(now, results, []) }
    : { status: 207, body: complete(now, results, [toStandardError(error)]) };
};

export interface WriteOptions {
  readonly now: number;
  /** Why an input is refused beyond what is wrong with it; null: it is not. */
  readonly bad: (input: unknown) => string | null;
}

/** `POST …/batch/{create,update,upsert}`: single verdicts only where every input has a trace id of its own. */
export const batchWrite = (
  account: HubspotAccount,
  type: ObjectType,
  verb: 'create' | 'update' | 'upsert',
  body: unknown,
  { now, bad }: WriteOptions,
): Answer => {
  const inputs = asInputs(body);
  const wrong = wrongShape(inputs);
  if (wrong !== null || inputs === null) return wrong ?? refusal(400, 'VALIDATION_ERROR', 'no inputs');
  const by = inputs.map(({ idProperty }) => idProperty ?? 'hs_object_id');
  const odd = by.find((name) => name !== 'hs_object_id' && !isUnique(account, type, name));
  if (odd !== undefined || (verb === 'upsert' && by.includes('hs_object_id')))
    return refusal(
      400,
      'VALIDATION_ERROR',
      `Unable to perform update/upsert by non-unique ${OBJECT_IDS[type]} property ${odd}`,
    );
  const named = inputs.flatMap(({ id }, index) => (id === undefined ? [] : [`${by[index]} ${id}`]));
  if (new Set(named).size < named.length) return refusal(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input');
  const traces = inputs.flatMap(({ objectWriteTraceId }) => objectWriteTraceId ?? []);
  const isTraced = traces.length === inputs.length && new Set(traces).size === traces.length;
  const undo = isTraced ? () => {} : account.keep();
  const results: object[] = [];
  const errors: InputError[] = [];
  for (const input of inputs) {
    const error = refuse(account, type, verb, input, bad);
    if (error !== null) errors.push(error);
    else results.push({ ...write(account, type, verb, input), objectWriteTraceId: input.objectWriteTraceId });
  }
  const [first] = errors;
  if (first === undefined)
    return { status: verb === 'create' ? 201 : 200, body: complete(now, results.toReversed(), []) };
  if (isTraced) return { status: 207, body: complete(now, results.toReversed(), errors.map(toStandardError)) };
  undo();
  return refusal(first.status, first.category, first.message, { context: first.context });
};

const targetOf = (account: HubspotAccount, type: ObjectType, { id = '', idProperty = 'hs_object_id' }: Input) =>
  account.find(type, idProperty, id)[0];

const refuse = (
  account: HubspotAccount,
  type: ObjectType,
  verb: string,
  input: Input,
  bad: WriteOptions['bad'],
): InputError | null => {
  const context = input.objectWriteTraceId === undefined ? {} : { objectWriteTraceId: [input.objectWriteTraceId] };
  const invalid = (message: string): InputError => ({ status: 400, category: 'VALIDATION_ERROR', message, context });
  const target = verb === 'create' ? undefined : targetOf(account, type, input);
  if (verb === 'update' && target === undefined)
    // HubSpot names what it did not find by id.
    return {
      status: 404,
      category: 'OBJECT_NOT_FOUND',
      message: 'Could not get some objects',
      context: { ids: [input.id ?? ''] },
    };
  const properties = input.properties ?? {};
  const wrong = Object.entries(properties).flatMap(
    ([name, value]) => refuseValue(account.properties[type].get(name), name, value) ?? [],
  );
  const badness = bad(input);
  const faults = badness === null ? wrong : [...wrong, { name: 'email', error: badness, message: 'injected' }];
  const toList = (each: readonly object[]) => JSON.stringify(each.map((fault) => ({ isValid: false, ...fault })));
  if (faults.length > 0) return invalid(`Property values were not valid: ${toList(faults)}`);
  if (type === 'tasks' && verb === 'create' && !properties.hs_timestamp)
    return invalid('Property values were not valid: [{"isValid":false,"error":"REQUIRED","name":"hs_timestamp"}]');
  const links = (input.associations ?? []).flatMap(({ to, types }) => types.map((each) => ({ ...each, to: to.id })));
  const broken = links.some(
    ({ associationCategory, associationTypeId, to }) =>
      associationCategory !== 'HUBSPOT_DEFINED' || !account.objects[TASK_TO[associationTypeId] ?? 'tasks'].has(to),
  );
  if (broken) return invalid('One or more associations are not valid');
  const clash = Object.entries(withId(input)).find(
    ([name, value]) =>
      isUnique(account, type, name) && value !== '' && clashes(account, type, name, String(value), target),
  );
  if (clash !== undefined)
    return invalid(
      `Property values were not valid: ${toList([{ name: clash[0], error: 'CONFLICTING_UNIQUE_VALUE' }])}`,
    );
  const email = String(properties.email ?? '').toLowerCase();
  const other =
    type === 'contacts' && email !== ''
      ? account.find(type, 'email', email).find(({ id }) => id !== target?.id)
      : undefined;
  return other === undefined
    ? null
    : { status: 409, category: 'CONFLICT', message: `Contact already exists. Existing ID: ${other.id}`, context };
};

const clashes = (
  account: HubspotAccount,
  type: ObjectType,
  name: string,
  value: string,
  target: HubspotObject | undefined,
): boolean => account.find(type, name, value).some(({ id }) => id !== target?.id);

/** What an input writes; an upsert by a property writes that one, too. */
const withId = ({ id, idProperty, properties = {} }: Input): Readonly<Record<string, unknown>> =>
  idProperty === undefined || id === undefined ? properties : { [idProperty]: id, ...properties };

const write = (account: HubspotAccount, type: ObjectType, verb: string, input: Input) => {
  const target = verb === 'create' ? undefined : targetOf(account, type, input);
  const values = Object.fromEntries(Object.entries(withId(input)).map(([name, value]) => [name, String(value)]));
  const id = target?.id ?? account.add(type, {});
  const associations = (input.associations ?? []).flatMap(({ to, types }) =>
    types.map((each) => ({ to: to.id, typeId: each.associationTypeId })),
  );
  account.edit(type, id, values);
  const held = account.objects[type].get(id) as HubspotObject;
  if (associations.length > 0) account.objects[type].set(id, { ...held, associations });
  return { ...toResult(held, null), ...(verb === 'upsert' ? { new: target === undefined } : {}) };
};
