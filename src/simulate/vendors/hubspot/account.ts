import { type HubspotProperty, type ObjectType, STANDARD } from './schema.ts';

/** One record of the account. */
export interface HubspotObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly associations: readonly { readonly to: string; readonly typeId: number }[];
  readonly archived: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type Objects = Readonly<Record<ObjectType, Map<string, HubspotObject>>>;

/** An account: its objects by HubSpot's id, and what properties they have. */
export interface HubspotAccount {
  readonly objects: Objects;
  readonly properties: Readonly<Record<ObjectType, Map<string, HubspotProperty>>>;
  readonly groups: Readonly<Record<ObjectType, Map<string, string>>>;
  /** Makes an object as people do in the app; answers its id. */
  readonly add: (type: ObjectType, properties: Readonly<Record<string, string>>) => string;
  /** Changes one as people do. */
  readonly edit: (type: ObjectType, id: string, properties: Readonly<Record<string, string>>) => void;
  readonly archive: (type: ObjectType, id: string) => void;
  readonly define: (type: ObjectType, spec: Partial<HubspotProperty> & { readonly name: string }) => void;
  /** Those that are there by the value of a property; email matches second addresses, too. */
  readonly find: (type: ObjectType, property: string, value: string) => readonly HubspotObject[];
  /** What the objects are now, to be put back. */
  readonly keep: () => () => void;
}

/** @param now the test's clock, UTC milliseconds. */
export const makeAccount = (now: () => number): HubspotAccount => {
  const objects: Objects = { contacts: new Map(), companies: new Map(), tasks: new Map() };
  const standard = (type: ObjectType) => new Map(STANDARD[type].map((each) => [each.name, each]));
  const properties = { contacts: standard('contacts'), companies: standard('companies'), tasks: standard('tasks') };
  const groups = { contacts: new Map(), companies: new Map(), tasks: new Map() };
  /** Who ever had a value: `find` looks only at these, and whether they have it still. */
  const index = new Map<string, Set<string>>();
  let ids = 500;
  const remember = (type: ObjectType, object: HubspotObject): void => {
    for (const property of Object.keys(object.properties))
      for (const value of valuesOf(object, property === 'hs_additional_emails' ? 'email' : property)) {
        const key = toKey(type, property === 'hs_additional_emails' ? 'email' : property, value);
        index.set(key, (index.get(key) ?? new Set()).add(object.id));
      }
  };
  const change = (type: ObjectType, id: string, changes: Partial<HubspotObject>): void => {
    const held = objects[type].get(id);
    if (held === undefined) return;
    const changed = { ...held, updatedAt: new Date(now()).toISOString(), ...changes };
    objects[type].set(id, changed);
    remember(type, changed);
  };
  return {
    objects,
    properties,
    groups,
    add: (type, values) => {
      ids += 1;
      const at = new Date(now()).toISOString();
      const made = {
        id: String(ids),
        properties: values,
        associations: [],
        archived: false,
        createdAt: at,
        updatedAt: at,
      };
      objects[type].set(made.id, made);
      remember(type, made);
      return made.id;
    },
    edit: (type, id, values) => change(type, id, { properties: { ...objects[type].get(id)?.properties, ...values } }),
    archive: (type, id) => change(type, id, { archived: true }),
    define: (type, spec) => {
      const defaults = { label: spec.name, description: '', groupName: 'recoup', type: 'string', fieldType: 'text' };
      properties[type].set(spec.name, { ...defaults, options: [], hasUniqueValue: false, ...spec });
    },
    find: (type, property, value) => {
      const candidates = property === 'hs_object_id' ? [value] : (index.get(toKey(type, property, value)) ?? []);
      return [...candidates].flatMap((id) => {
        const object = objects[type].get(id);
        return object !== undefined && !object.archived && valuesOf(object, property).includes(value) ? [object] : [];
      });
    },
    keep: () => {
      const kept = structuredClone(objects);
      return () => {
        for (const type of ['contacts', 'companies', 'tasks'] as const) {
          objects[type].clear();
          for (const [id, object] of kept[type]) objects[type].set(id, object);
        }
      };
    },
  };
};

const toKey = (type: ObjectType, property: string, value: string): string => `${type} ${property} ${value}`;

const valuesOf = ({ id, properties }: HubspotObject, property: string): readonly string[] => {
  if (property === 'hs_object_id') return [id];
  const value = properties[property] ?? '';
  if (property !== 'email') return [value];
  return [value, ...(properties.hs_additional_emails ?? '').split(';')].map((email) => email.toLowerCase());
};
