import type { HubspotAccount } from './account.ts';
import { type Answer, refusal } from './batch.ts';
import { type HubspotProperty, type ObjectType, refuseProperty } from './schema.ts';

/** The properties of an object and their groups. @param part `groups`, the name of a property, or null for all of them. */
export const propertyApi = (
  account: HubspotAccount,
  method: string,
  type: ObjectType,
  part: string | null,
  body: unknown,
): Answer => {
  if (part === 'groups') return groups(account, method, type, body);
  const held = account.properties[type];
  if (method === 'GET' && part === null) return { status: 200, body: { results: [...held.values()] } };
  if (method === 'GET') {
    const property = held.get(part ?? '');
    return property === undefined
      ? refusal(404, 'OBJECT_NOT_FOUND', `The property ${part} does not exist`)
      : { status: 200, body: property };
  }
  if (method === 'PATCH') return change(account, type, part ?? '', body);
  const spec = (body ?? {}) as Partial<HubspotProperty> & { readonly name: string };
  if (held.has(spec.name))
    return refusal(409, 'OBJECT_ALREADY_EXISTS', `A property named ${spec.name} already exists.`);
  if (!account.groups[type].has(spec.groupName ?? ''))
    return refusal(400, 'VALIDATION_ERROR', `The property group ${spec.groupName} does not exist`);
  const wrong = refuseProperty(spec, [...held.values()]);
  if (wrong !== null) return refusal(400, 'VALIDATION_ERROR', wrong);
  account.define(type, spec);
  return { status: 201, body: held.get(spec.name) };
};

/** Options are replaced as a whole; a type that is not told stays. */
const change = (account: HubspotAccount, type: ObjectType, name: string, body: unknown): Answer => {
  const held = account.properties[type].get(name);
  if (held === undefined) return refusal(404, 'OBJECT_NOT_FOUND', `The property ${name} does not exist`);
  const changed = { ...held, ...((body ?? {}) as Partial<HubspotProperty>), name };
  const wrong = refuseProperty(changed, []);
  if (wrong !== null) return refusal(400, 'VALIDATION_ERROR', wrong);
  account.define(type, changed);
  return { status: 200, body: changed };
};

const groups = (account: HubspotAccount, method: string, type: ObjectType, body: unknown): Answer => {
  const held = account.groups[type];
  const toGroup = ([name, label]: readonly [string, string]) => ({ name, label, archived: false, displayOrder: -1 });
  if (method === 'GET') return { status: 200, body: { results: [...held].map(toGroup) } };
  const { name, label } = body as { readonly name: string; readonly label: string };
  if (held.has(name)) return refusal(409, 'OBJECT_ALREADY_EXISTS', `A group named ${name} already exists.`);
  held.set(name, label);
  return { status: 201, body: toGroup([name, label]) };
};
