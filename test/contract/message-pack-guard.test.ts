import { describe, expect, it } from 'vitest';
import { makeTemplates } from '../../tools/generate-message-pack.ts';
import type { Copy } from '../../tools/message-pack/read-copy.ts';
import type { Answer } from '../stand-ins/braze/liquid.ts';
import { KNOWN, PASSES, render, stopped } from './message-pack-people.ts';

const TEMPLATES = makeTemplates();
const cases = (of: typeof TEMPLATES) => of.map((template) => [template.path, template] as const);
const GUARDED = cases(TEMPLATES.filter(({ copy }) => copy.guard !== 'none'));

/** What may come instead of a leave to send. */
const NO: readonly (readonly [string, Answer])[] = [
  ['the guard says that it is paid', stopped('other_state')],
  ['the guard says that it is held', stopped('dispute')],
  ['the guard cannot ask its store', stopped('store_unavailable')],
  ['the answer does not say whether', { status: 200, body: {} }],
  ['the relay answers 500', { status: 500, body: null }],
  ['the relay answers 503, and says so in JSON', { status: 503, body: { suppress: true } }],
  ['a proxy answers 502 with what it remembers', { status: 502, body: PASSES.body }],
  ['an older proxy answers 404', { status: 404, body: null }],
  ['the token is refused', { status: 401, body: { error: 'unauthorized' } }],
  ['nothing comes in time', { status: 0, body: null }],
];

type Values = Readonly<Record<string, unknown>>;

/** What the tool may hold of somebody to whom this is no longer to be sent. */
const OVER: Readonly<Record<Copy['guard'], readonly Values[]>> = {
  dunning: [{ in_dunning: false }, { in_dunning: null }, { dunning_episode_id: 'ep_2' }],
  pre_dunning: [{ in_pre_dunning: false }, { in_pre_dunning: null }],
  recovery: [{ dunning_status: 'active' }, { dunning_status: null }],
  none: [{ dunning_status: 'none' }, { dunning_status: null }, { dunning_suppressed: true }],
};

describe('the guard in every template about somebody of whom Recoup knows how they stand', () => {
  it.each(GUARDED)('%s: lets the message out when it passes, and else, whatever comes, does not', (_path, template) => {
    expect(render(template, { values: KNOWN })).toHaveProperty('sent');
    for (const [why, answer] of NO) expect(render(template, { values: KNOWN, answer }), why).toHaveProperty('aborted');
  });
});

it.each(cases(TEMPLATES))(
  '%s: what the tool holds stops it although the guard would let it pass',
  (_path, template) => {
    for (const attributes of OVER[template.copy.guard]) {
      expect(render(template, { values: KNOWN, attributes }), JSON.stringify(attributes)).toHaveProperty('aborted');
    }
  },
);

describe('what a Braze template asks', () => {
  const asked = (key: string, userId: string): string => {
    const template = TEMPLATES.find(({ path }) => path === `braze/${key}.html.liquid`);
    if (template === undefined) throw new Error(`no ${key}`);
    const urls: string[] = [];
    render(template, { values: KNOWN, userId, onAsk: (url) => urls.push(url) });
    expect(urls).toHaveLength(1);
    return urls[0] ?? '';
  };

  it('names the person, the kind of message and the episode, whatever letters a user id is made of', () => {
    const url = new URL(asked('first-failure', 'a/b?c=d&e ä'));
    expect(url.pathname).toBe(`/v1/guard/${encodeURIComponent('a/b?c=d&e ä')}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({ message: 'dunning', episode: 'ep_1' });
    expect(new URL(asked('card-expiring', 'u')).search).toBe('?message=pre_dunning');
    expect(new URL(asked('recovered', 'u')).search).toBe('?message=recovery&episode=ep_1');
  });

  it('is asked anew each time, by a token, of https alone', () => {
    const calls = TEMPLATES.flatMap(({ text }) => text.match(/\{% connected_content .*%\}/g) ?? []);
    expect(calls).toHaveLength(GUARDED.filter(([path]) => path.startsWith('braze/')).length);
    for (const call of calls) {
      expect(call).toMatch(/^\{% connected_content https:\/\/\S+\/v1\/guard\//);
      expect(call).toContain(' :headers {"Authorization": "Bearer GUARD_TOKEN"} :no_cache :save guard %}');
      expect(call).not.toContain(':retry');
    }
  });

  it('is asked only while the attributes say that there is something to send', () => {
    const [, template] = GUARDED.find(([path]) => path === 'braze/sms.text.liquid') ?? [];
    if (template === undefined) throw new Error('no sms');
    const urls: string[] = [];
    render(template, { values: KNOWN, attributes: { in_dunning: false }, onAsk: (url) => urls.push(url) });
    expect(urls).toEqual([]);
  });
});
