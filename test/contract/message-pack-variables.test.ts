import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAILURE_CLASSES } from '../../src/domain/decline.ts';
import { generateMessagePack, makeTemplates } from '../../tools/generate-message-pack.ts';
import type { Template } from '../../tools/message-pack/lay-out.ts';
import { readPack } from '../../tools/message-pack/read-copy.ts';
import { findStale } from '../../tools/write-or-check.ts';
import { filtersIn, variablesOfLiquid } from '../stand-ins/braze/liquid.ts';
import { variablesOfHandlebars } from '../stand-ins/iterable/handlebars.ts';
import { ATTRIBUTES, PROPERTIES } from './message-pack-people.ts';

const TEMPLATES = makeTemplates();
const forBraze = ({ language }: Template): boolean => language.folder === 'braze';

/** Of the guard's answer a message may take these: why it stops a message is nobody's to read. */
const OF_THE_GUARD = ['suppress', 'as_of', '__http_status_code__'];

const isHeld = (root: string, name: string, { copy }: Template): boolean => {
  if (root === 'guard') return copy.guard !== 'none' && OF_THE_GUARD.includes(name);
  if (root === 'custom_attribute' || root === 'profile') return ATTRIBUTES.has(name);
  return root === 'context' && PROPERTIES[copy.entry].includes(name);
};

const isKnown = (variable: string, template: Template): boolean => {
  const [root = '', name] = variable.split('.');
  if (name !== undefined) return isHeld(root, name, template);
  if (forBraze(template)) return ['user_id', 'set_user_to_unsubscribed_url'].includes(root);
  return root === 'hostedUnsubscribeUrl' || PROPERTIES[template.copy.entry].includes(root);
};

const variablesOf = (template: Template): readonly string[] =>
  forBraze(template) ? variablesOfLiquid(template.text) : variablesOfHandlebars(template.text);

const findUnknown = (template: Template): readonly string[] =>
  variablesOf(template).filter((variable) => !isKnown(variable, template));

describe('every variable of every template', () => {
  it.each(TEMPLATES.map((template) => [template.path, template] as const))(
    '%s: is an attribute that the tool holds, a property of the entry event, or the guard’s answer',
    (_path, template) => {
      expect(variablesOf(template).length).toBeGreaterThan(0);
      expect(findUnknown(template)).toEqual([]);
    },
  );

  it('would be told if it were not', () => {
    const [braze, iterable] = ['braze', 'iterable'].map((folder) =>
      TEMPLATES.find(({ path }) => path.startsWith(`${folder}/first-failure.html`)),
    );
    if (braze === undefined || iterable === undefined) throw new Error('no first-failure');
    const planted = (template: Template, text: string): readonly string[] =>
      findUnknown({ ...template, text: template.text + text });
    expect(planted(braze, `{{custom_attribute.\${dunning_ammount_due}}}`)).toEqual([
      'custom_attribute.dunning_ammount_due',
    ]);
    expect(planted(braze, `{% if {{context.\${failure_code}}} == 1 %}{% endif %}`)).toEqual(['context.failure_code']);
    expect(planted(braze, '{{guard.reason}}')).toEqual(['guard.reason']);
    expect(planted(braze, '{{first_name}}')).toEqual(['first_name']);
    expect(planted(iterable, '{{profile.dunning_ammount_due}}')).toEqual(['profile.dunning_ammount_due']);
    expect(planted(iterable, '{{#if failure_code}}{{/if}}')).toEqual(['failure_code']);
    expect(planted(iterable, '{{{guard.reason}}}')).toEqual(['guard.reason']);
  });

  it('is none of those that nobody may tell', () => {
    const secret = /failure_code|failure_category|decline|advice|suppression_reason|network/;
    const held = [...ATTRIBUTES, ...Object.values(PROPERTIES).flat()];
    expect(held).toContain('dunning_failure_class');
    expect(held.filter((name) => secret.test(name))).toEqual([]);
  });
});

it('the filters are those that Braze lists as supported', () => {
  const supported = ['append', 'date', 'default', 'escape', 'minus', 'money', 'round', 'url_param_escape'];
  const used = TEMPLATES.filter(forBraze).flatMap(({ text }) => filtersIn(text));
  expect([...new Set(used)].toSorted()).toEqual(supported);
});

describe('the data feeds of the page for Iterable', () => {
  const page = readFileSync('message-pack/README.md', 'utf8');
  const rows = [...page.matchAll(/^\| (`.+`) \| `(https:\S+\/v1\/guard\/\S+)` \|$/gm)];

  it('ask for each guarded message what it needs', () => {
    const needed = TEMPLATES.filter((template) => !forBraze(template) && template.copy.guard !== 'none');
    const said = rows.flatMap(([, keys = '', url = '']) =>
      [...keys.matchAll(/`([\w-]+)`/g)].map(([, key = '']) => [key, /message=(\w+)/.exec(url)?.[1]] as const),
    );
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(needed.map(({ copy }) => [copy.key, copy.guard])));
  });

  it('name nobody but the user and the episode', () => {
    for (const [, , url = ''] of rows) {
      const known = ['urlEncode', 'userId', ...(url.includes('pre_dunning') ? [] : ['dunning_episode_id'])];
      expect(variablesOfHandlebars(url).toSorted()).toEqual(known.toSorted());
    }
  });
});

it('every class of failure has its own sentence', () => {
  const { advice } = readPack('message-pack');
  expect(Object.keys(advice).toSorted()).toEqual(FAILURE_CLASSES.toSorted());
  expect(new Set(Object.values(advice)).size).toBe(FAILURE_CLASSES.length);
});

it('the templates on disk are those that the copy yields', () => {
  expect(findStale(generateMessagePack())).toEqual([]);
});
