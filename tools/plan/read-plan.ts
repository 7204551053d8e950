import { readFileSync } from 'node:fs';
import { z } from 'zod';

const scalar = z.enum(['string', 'number', 'integer', 'boolean', 'null']);
const publish = z.enum(['on_change', 'with_others']);

/** The subset of JSON schema draft-07 that the plan may use for one property or trait. */
const propertySchema = z.strictObject({
  description: z.string().min(1),
  type: z.union([scalar, z.tuple([scalar, z.literal('null')])]),
  enum: z.array(z.union([z.string(), z.null()])).optional(),
  format: z.enum(['date-time', 'date']).optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  examples: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).min(1),
  'x-recoup': z
    .strictObject({ unit: z.string().optional(), null_when: z.string().optional(), publish: publish.optional() })
    .optional(),
});
type PropertySchema = z.infer<typeof propertySchema>;

const fields = z.object({
  properties: z.record(z.string(), propertySchema),
  required: z.array(z.string()).optional(),
  additionalProperties: z.strictObject({ type: z.literal('boolean') }).optional(),
});
const rule = z.object({
  type: z.enum(['TRACK', 'IDENTIFY', 'GROUP']),
  key: z.string().optional(),
  version: z.literal(1),
  jsonSchema: z.object({
    $schema: z.literal('http://json-schema.org/draft-07/schema#'),
    description: z.string().min(1),
    'x-recoup': z.strictObject({ membership: z.boolean() }).optional(),
    properties: z.object({ properties: fields.partial(), traits: fields.partial() }),
  }),
});
const planFile = z.object({ type: z.literal('LIVE'), rules: z.array(rule) });
type Rule = z.infer<typeof rule>;

/** One property or trait. `type` is without null; `nullWhen` is null exactly where null is not allowed. */
export interface PlanField {
  readonly name: string;
  readonly description: string;
  readonly type: z.infer<typeof scalar>;
  readonly enum: readonly string[] | null;
  readonly format: 'date-time' | 'date' | null;
  readonly pattern: string | null;
  readonly minimum: number | null;
  readonly examples: PropertySchema['examples'];
  readonly unit: string | null;
  readonly nullWhen: string | null;
  readonly publish: z.infer<typeof publish> | null;
}

/** The fields of one call: a track event, the identify of a person, the group of an account. */
export interface PlanShape {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly PlanField[];
}

/**
 * An event that tells of a move into an audience (`member` true) or out of it. Beside its fields it carries one boolean,
 * `member`, named by the audience's key: so a new audience needs no change of the plan.
 */
export interface MembershipShape extends PlanShape {
  readonly member: boolean;
}

export interface Plan {
  readonly events: readonly PlanShape[];
  readonly membershipEvents: readonly MembershipShape[];
  readonly userTraits: PlanShape;
  readonly accountTraits: PlanShape;
}

/** Where the plan lies. */
export const PLAN_PATH = new URL('../../tracking-plan.json', import.meta.url);

/**
 * Reads the plan as the generators use it.
 * @throws when it is not in Segment Protocols form, or when a type and its `null_when` disagree.
 */
export const readPlan = (text: string = readFileSync(PLAN_PATH, 'utf8')): Plan => {
  const { rules } = planFile.parse(JSON.parse(text));
  const traits = (type: Rule['type']) => toShape(only(rules, type), 'traits');
  const tracks = rules.filter((one) => one.type === 'TRACK');
  const events = tracks.filter((one) => !isMembership(one)).map((one) => toShape(one, 'properties'));
  const membershipEvents = tracks.filter(isMembership).map(toMembershipShape);
  return { events, membershipEvents, userTraits: traits('IDENTIFY'), accountTraits: traits('GROUP') };
};

const isMembership = (one: Rule): boolean => one.jsonSchema['x-recoup'] !== undefined;

const toMembershipShape = (from: Rule): MembershipShape => {
  const { additionalProperties } = from.jsonSchema.properties.properties;
  if (additionalProperties?.type !== 'boolean')
    throw new Error(`${from.key}: a membership event allows one boolean more, named by the audience's key`);
  return { ...toShape(from, 'properties'), member: from.jsonSchema['x-recoup']?.membership === true };
};

const only = (rules: readonly Rule[], type: Rule['type']): Rule => {
  const [found, ...more] = rules.filter((one) => one.type === type);
  if (!found || more.length > 0) throw new Error(`The plan needs exactly one ${type} rule`);
  return found;
};

const toShape = (from: Rule, part: 'properties' | 'traits'): PlanShape => {
  const name = from.key ?? from.type.toLowerCase();
  const properties = from.jsonSchema.properties[part].properties ?? {};
  const fields = Object.entries(properties).map(([key, schema]) => toField(name, key, schema));
  return { name, description: from.jsonSchema.description, fields };
};

const toField = (shape: string, name: string, schema: PropertySchema): PlanField => {
  const [type, orNull] = Array.isArray(schema.type) ? schema.type : [schema.type];
  const extra = schema['x-recoup'];
  const nullable = orNull === 'null' || type === 'null';
  if (nullable !== (extra?.null_when !== undefined))
    throw new Error(`${shape}.${name}: null_when is for what may be null`);
  return {
    name,
    type,
    description: schema.description,
    enum: schema.enum?.filter((value) => value !== null) ?? null,
    format: schema.format ?? null,
    pattern: schema.pattern ?? null,
    minimum: schema.minimum ?? null,
    examples: schema.examples,
    unit: extra?.unit ?? null,
    nullWhen: extra?.null_when ?? null,
    publish: extra?.publish ?? null,
  };
};
