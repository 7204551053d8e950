import type { MembershipShape, Plan, PlanField, PlanShape } from './read-plan.ts';

/** The source of `src/generated/tracking-plan.ts`: types, trait metadata and strict validators of the plan. */
export const emitTypes = (plan: Plan): string =>
  [
    HEAD,
    ...plan.events.map((event) => emitRecord(`${toTypeName(event.name)}Properties`, event)),
    emitEventMap(plan),
    emitMembershipTypes(plan),
    emitRecord('UserTraits', plan.userTraits),
    emitRecord('AccountTraits', plan.accountTraits),
    emitPublish(plan.userTraits),
    emitInstants(plan),
    MEMBERSHIP_CHECK,
    emitSchemas(plan),
    TAIL,
  ].join('\n');

const HEAD = `// Generated from tracking-plan.json by tools/generate-tracking-plan.ts. Do not edit: change the plan, then \`npm run generate\`.
import { z } from 'zod';
`;

const toTypeName = (name: string): string =>
  name.replace(/(^|_| )(\w)/g, (_all, _bar, letter: string) => letter.toUpperCase());
const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

// A type alias, not an interface: only the former can be given where a record with string keys is asked for.
const emitRecord = (name: string, shape: PlanShape): string =>
  [`/** ${shape.description} */`, `export type ${name} = {`, ...shape.fields.map(emitMember), '};\n'].join('\n');

const emitMember = (field: PlanField): string =>
  `  /** ${emitDoc(field)} */\n  readonly ${field.name}: ${emitType(field)};`;

const emitDoc = (field: PlanField): string =>
  [
    field.description,
    field.unit && `In ${field.unit}.`,
    field.nullWhen && field.type !== 'null' && `Null: ${field.nullWhen}.`,
    field.type !== 'null' && `E.g. ${JSON.stringify(field.examples[0])}.`,
  ]
    .filter(Boolean)
    .join(' ');

const emitType = (field: PlanField): string => {
  if (field.type === 'null') return 'null';
  const base = field.type === 'integer' ? 'number' : field.type;
  return (field.enum?.map(quote).join(' | ') ?? base) + (field.nullWhen ? ' | null' : '');
};

const emitEventMap = (plan: Plan): string => `/** Every track event by name. */
export interface EventProperties {
${plan.events.map((event) => `  readonly ${event.name}: ${toTypeName(event.name)}Properties;`).join('\n')}
}
export type EventName = keyof EventProperties;

/** One track call's name and properties, as a union discriminated by \`event\`. */
export type TrackEvent = {
  readonly [E in EventName]: { readonly event: E; readonly properties: EventProperties[E] };
}[EventName];
`;

const emitMembershipTypes = ({
  membershipEvents,
}: Plan): string => `/** The events that tell of a move into an audience or out of it; shaped by its key, so apart from the others. */
export type AudienceEventName = ${membershipEvents.map(({ name }) => quote(name)).join(' | ')};

${membershipEvents.map(emitMembershipType).join('\n')}
/** Every property of a membership event but the one that the audience's key names. */
export const AUDIENCE_EVENT_PROPERTIES: readonly string[] = [${(membershipEvents[0]?.fields ?? []).map(({ name }) => quote(name)).join(', ')}];
`;

const emitMembershipType = (event: MembershipShape): string =>
  [
    `/** ${event.description} Beside these, the property that \`audience_key\` names is ${event.member}. */`,
    `export type ${toTypeName(event.name)}Properties = {`,
    ...event.fields.map(emitMember),
    '  readonly [audienceKey: string]: string | boolean | null;',
    '};\n',
  ].join('\n');

const instantsOf = (shape: PlanShape): string =>
  shape.fields
    .filter((field) => field.format === 'date-time')
    .map(({ name }) => quote(name))
    .join(' | ') || 'never';

const emitInstants = (plan: Plan): string => `/** The user traits that are instants: these have an age. */
export type InstantTraitName = ${instantsOf(plan.userTraits)};

/** The properties of each event that are instants. */
export interface InstantPropertyNames {
${plan.events.map((event) => `  readonly ${event.name}: ${instantsOf(event)};`).join('\n')}
}
`;

const emitPublish = (traits: PlanShape): string => `/**
 * When a user trait is worth an identify call: \`on_change\` by itself, \`with_others\` only when one goes out anyway
 * (values that drift with the day).
 */
export const USER_TRAITS: Readonly<Record<keyof UserTraits, 'on_change' | 'with_others'>> = {
${traits.fields.map((field) => `  ${field.name}: '${field.publish ?? 'on_change'}',`).join('\n')}
};
`;

const emitSchemas = (plan: Plan): string => `type Shaped = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

const EVENT_SCHEMAS: Readonly<Record<EventName, Shaped>> = {
${plan.events.map((event) => `  ${event.name}: ${emitObject(event, '  ')},`).join('\n')}
};

const AUDIENCE_EVENT_SCHEMAS: Readonly<Record<AudienceEventName, z.ZodType>> = {
${plan.membershipEvents.map((event) => `  ${quote(event.name)}: ${emitMembershipObject(event)},`).join('\n')}
};

const USER_SCHEMA: Shaped = ${emitObject(plan.userTraits, '')};

const ACCOUNT_SCHEMA: z.ZodType = ${emitObject(plan.accountTraits, '')};
`;

const emitObject = (shape: PlanShape, indent: string): string =>
  [
    'z.strictObject({',
    ...shape.fields.map((field) => `${indent}  ${field.name}: ${emitZod(field)},`),
    `${indent}})`,
  ].join('\n');

const emitMembershipObject = (event: MembershipShape): string =>
  [
    'z',
    '    .object({',
    ...event.fields.map((field) => `      ${field.name}: ${emitZod(field)},`),
    '    })',
    '    .catchall(z.boolean())',
    `    .superRefine(namesItsAudience(${event.member}))`,
  ].join('\n');

const emitZod = (field: PlanField): string => {
  if (field.type === 'null') return 'z.null()';
  const bounds = [
    field.pattern === null ? '' : `.regex(/${field.pattern}/)`,
    field.minimum === null ? '' : `.min(${field.minimum})`,
    field.nullWhen ? '.nullable()' : '',
  ];
  return emitBase(field) + bounds.join('');
};

const emitBase = (field: PlanField): string => {
  if (field.enum) return `z.enum([${field.enum.map(quote).join(', ')}])`;
  if (field.format) return field.format === 'date' ? 'z.iso.date()' : 'z.iso.datetime()';
  return field.type === 'integer' ? 'z.int()' : `z.${field.type}()`;
};

const MEMBERSHIP_CHECK = `/** One property beside the planned ones, named by the audience's key and telling the move. */
const namesItsAudience =
  (member: boolean) =>
  (properties: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const key = String(properties.audience_key);
    const more = Object.keys(properties).filter((name) => !AUDIENCE_EVENT_PROPERTIES.includes(name));
    if (more.length === 1 && more[0] === key && properties[key] === member) return;
    context.addIssue({ code: 'custom', path: ['audience_key'], message: \`expected to name the one other property, \${member}\` });
  };
`;

const TAIL = `/** Does a call keep the plan. A problem names the property and what was expected, never the value. */
export type PlanCheck = { readonly ok: true } | { readonly ok: false; readonly problems: readonly string[] };

const check = (schema: z.ZodType, where: string, value: unknown): PlanCheck => {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true };
  const problems = result.error.issues.map(({ path, message }) => \`\${[where, ...path].join('.')}: \${message}\`);
  return { ok: false, problems };
};

/** Checks the properties of a track call; an event that is not in the plan is a problem too. */
export const parseEvent = (event: string, properties: unknown): PlanCheck =>
  isEventName(event)
    ? check(EVENT_SCHEMAS[event], event, properties)
    : { ok: false, problems: [\`\${event}: not an event of the tracking plan\`] };

const isEventName = (event: string): event is EventName => Object.hasOwn(EVENT_SCHEMAS, event);

/** What each property of an event may hold, null at times included; null for an event that is not in the plan. */
export const eventValues = (event: string): Shaped['shape'] | null =>
  isEventName(event) ? EVENT_SCHEMAS[event].shape : null;

/** What each user trait may hold, null at times included. */
export const USER_TRAIT_VALUES: Shaped['shape'] = USER_SCHEMA.shape;

/** Checks the properties of an audience event, the one that the audience's key names included. */
export const parseAudienceEvent = (event: string, properties: unknown): PlanCheck =>
  isAudienceEventName(event)
    ? check(AUDIENCE_EVENT_SCHEMAS[event], event, properties)
    : { ok: false, problems: [\`\${event}: not an audience event of the tracking plan\`] };

const isAudienceEventName = (event: string): event is AudienceEventName =>
  Object.hasOwn(AUDIENCE_EVENT_SCHEMAS, event);

const MEMBERSHIP_SCHEMA: z.ZodType = z
  .record(z.string().regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/), z.boolean())
  .refine((traits) => Object.keys(traits).length === 1, 'expected exactly one audience');

/** Checks the traits of the identify that tells a membership: one audience's key, true or false. */
export const parseMembershipTraits = (traits: unknown): PlanCheck => check(MEMBERSHIP_SCHEMA, 'identify', traits);

/** Checks the traits of an identify call: all of them, and no others. */
export const parseUserTraits = (traits: unknown): PlanCheck => check(USER_SCHEMA, 'identify', traits);

/** Checks the traits of a group call: all of them, and no others. */
export const parseAccountTraits = (traits: unknown): PlanCheck => check(ACCOUNT_SCHEMA, 'group', traits);
`;
