import type { Plan, PlanField, PlanShape } from './read-plan.ts';

/** The source of `docs/tracking-plan.md`: the plan as tables. */
export const emitDocs = (plan: Plan): string =>
  [
    '<!-- Generated from tracking-plan.json by tools/generate-tracking-plan.ts. Do not edit. -->\n',
    '# The tracking plan\n',
    INTRO,
    '## Events\n',
    ...plan.events.map((event) => emitSection(event)),
    '## Audience events\n',
    MEMBERSHIP,
    ...plan.membershipEvents.map((event) => emitSection(event)),
    '## Traits\n',
    emitSection({ ...plan.userTraits, name: 'User traits (identify)' }),
    MEMBERSHIP_TRAIT,
    emitSection({ ...plan.accountTraits, name: 'Account traits (group)' }),
  ].join('\n');

const INTRO = `Every event and trait that leaves for Segment. The source is [tracking-plan.json](../tracking-plan.json), in the form that
Segment's Public API takes. Every property is always present; it is null exactly where the last column says when.
A call that breaks the plan does not compile; one that slips through at run time becomes a dead letter and is not sent.
`;

const MEMBERSHIP = `A person who moves into an audience or out of it gives two calls, named and shaped like those of Segment's own
audiences: one of the events below and an identify with one trait, named by the audience's key: true in, false out. A new
audience needs no change of this plan: beside the properties below each event carries one boolean, named by its \`audience_key\`.
`;

const MEMBERSHIP_TRAIT = `### Membership traits (identify)

One boolean trait for each audience, named by its key, e.g. \`dunning_retrying: true\`. It leaves in an identify of its own.
`;

const emitSection = (shape: PlanShape): string =>
  [
    `### ${shape.name}\n`,
    `${shape.description}\n`,
    '| name | type | meaning | example | null when |',
    '|---|---|---|---|---|',
    ...shape.fields.map(emitRow),
    '',
  ].join('\n');

const emitRow = (field: PlanField): string =>
  [`\`${field.name}\``, emitKind(field), emitMeaning(field), emitExamples(field), field.nullWhen ?? '']
    .map((cell) => cell.replaceAll('|', '\\|'))
    .join(' | ')
    .replace(/^/, '| ')
    .replace(/$/, ' |');

const emitKind = (field: PlanField): string => field.format ?? field.type;

const emitMeaning = (field: PlanField): string =>
  [
    field.description,
    field.unit && `Unit: ${field.unit}.`,
    field.enum && `One of ${field.enum.map((value) => `\`${value}\``).join(', ')}.`,
    field.publish === 'with_others' && 'Sent only along with other changes.',
  ]
    .filter(Boolean)
    .join(' ');

const emitExamples = (field: PlanField): string =>
  field.examples.map((value) => `\`${JSON.stringify(value)}\``).join(' ');
