import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { bannerScript } from '../../src/http/banner/banner-script.ts';
import { openGuardDoor } from './guard-door.ts';
import { guardRig } from './guard-rig.ts';

/** As much of an element as the script may touch. Setting HTML or an inline handler as text is not among it. */
class Node {
  readonly name: string;
  readonly style: Record<string, string> = {};
  readonly attributes: Record<string, string> = {};
  readonly children: Node[] = [];
  parent: Node | null = null;
  textContent = '';
  className = '';
  href = '';
  type = '';
  onclick: (() => void) | null = null;
  constructor(name: string) {
    this.name = name;
  }
  setAttribute(name: string, value: string): void {
    this.attributes[name] = value;
  }
  append(child: Node): void {
    child.parent = this;
    this.children.push(child);
  }
  prepend(child: Node): void {
    child.parent = this;
    this.children.unshift(child);
  }
  remove(): void {
    this.parent?.children.splice(this.parent.children.indexOf(this), 1);
  }
  set innerHTML(_: string) {
    throw new Error('the script must not write HTML');
  }
}

const STATUS = {
  show: true,
  message: 'dunning',
  dunning_status: 'active',
  dunning_episode_id: 'ep_1',
  failure_class: 'update_card',
  amount_due: 49,
  currency: 'USD',
  next_retry_date: null,
  card_expires_at: null,
  update_payment_url: 'https://pay.example/update?x=1',
  as_of: '2026-11-02T09:00:00.000Z',
};

interface PageSetting {
  readonly data?: Readonly<Record<string, string>>;
  /** What the relay answers; `null`: nothing can be reached. */
  readonly status?: unknown;
  readonly ok?: boolean;
  readonly storage?: Map<string, string> | 'forbidden';
}

/** A page that embeds the script. */
const openPage = async (setting: PageSetting = {}) => {
  const { data = { user: 'user_ada' }, status = STATUS, ok = true, storage = new Map<string, string>() } = setting;
  const body = new Node('body');
  const asked: string[] = [];
  const faults: unknown[] = [];
  const document = {
    currentScript: { dataset: data, src: 'https://relay.example/v1/banner.js' },
    documentElement: { lang: 'en-US' },
    body,
    createElement: (name: string) => new Node(name),
    addEventListener: () => {},
  };
  const page = {
    document,
    URL,
    AbortSignal,
    Intl,
    fetch: async (url: URL) => {
      asked.push(String(url));
      if (status === null) throw new TypeError('Failed to fetch');
      return { ok, json: async () => status };
    },
    get sessionStorage() {
      if (storage === 'forbidden') throw new Error('SecurityError');
      return {
        getItem: (key: string) => storage.get(key) ?? null,
        setItem: (k: string, v: string) => storage.set(k, v),
      };
    },
  };
  try {
    runInContext(bannerScript(), createContext(page, { codeGeneration: { strings: false, wasm: false } }));
  } catch (error) {
    faults.push(error);
  }
  await new Promise((resolve) => setImmediate(resolve));
  const [bar] = body.children;
  const find = (name: string): Node | undefined => bar?.children.find((child) => child.name === name);
  return { body, bar, asked, faults, find, storage };
};

describe('the banner', () => {
  it('asks for its user with the hash that the page brings, at the relay that it came from', async () => {
    const { asked } = await openPage({ data: { user: 'team/ada ä', hash: 'abc' } });
    expect(asked).toEqual(['https://relay.example/v1/status/team%2Fada%20%C3%A4?user_hash=abc']);
  });

  it('says what to do and where, so that a screen reader announces it', async () => {
    const { bar, find } = await openPage();
    expect(bar?.attributes.role).toBe('status');
    expect(find('span')?.textContent).toMatch(/payment did not go through/);
    expect(find('a')).toMatchObject({ href: 'https://pay.example/update?x=1', textContent: 'Update payment method' });
    expect(find('button')).toMatchObject({ type: 'button', attributes: { 'aria-label': 'Close' } });
  });

  it('speaks in the words of the page, as text and never as HTML', async () => {
    const data = {
      user: 'u',
      textDunning: '<b>{amount}</b> offen',
      textPreDunning: 'Karte läuft ab',
      textAction: 'Ändern',
      textClose: 'Schließen',
    };
    const { find } = await openPage({ data });
    expect(find('span')?.textContent).toBe('<b>$49.00</b> offen');
    expect(find('a')?.textContent).toBe('Ändern');
    expect(find('button')?.attributes['aria-label']).toBe('Schließen');
    const expiring = await openPage({
      data,
      status: { ...STATUS, message: 'pre_dunning', amount_due: null, currency: null },
    });
    expect(expiring.find('span')?.textContent).toBe('Karte läuft ab');
  });

  it('stays closed for the rest of the visit once it was closed, until there is something new to say', async () => {
    const { bar, body, find, storage } = await openPage();
    expect(body.children).toEqual([bar]);
    find('button')?.onclick?.();
    expect(body.children).toEqual([]);
    expect((await openPage({ storage })).bar).toBeUndefined();
    expect((await openPage({ storage, status: { ...STATUS, dunning_episode_id: 'ep_2' } })).bar).toBeDefined();
  });

  it('can be closed where the page may store nothing', async () => {
    const { body, bar, find } = await openPage({ storage: 'forbidden' });
    expect(bar).toBeDefined();
    find('button')?.onclick?.();
    expect(body.children).toEqual([]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', null])('makes no link to %s', async (update_payment_url) => {
    const { bar, find } = await openPage({ status: { ...STATUS, update_payment_url } });
    expect(bar).toBeDefined();
    expect(find('a')).toBeUndefined();
  });

  it.each<[string, PageSetting]>([
    ['there is nothing to show', { status: { ...STATUS, show: false, message: null } }],
    ['the relay cannot be reached', { status: null }],
    ['the relay refuses', { ok: false }],
    ['the answer is none', { status: 'maintenance' }],
    ['the message is of a kind that it does not know', { status: { ...STATUS, message: 'toString' } }],
    ['the currency is none', { data: { user: 'u', textDunning: '{amount}' }, status: { ...STATUS, currency: '?' } }],
    ['the page names no user', { data: {} }],
  ])('does nothing, and throws nothing, when %s', async (_, setting) => {
    const { body, faults } = await openPage(setting);
    expect(body.children).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('is one small file that any page may embed and every cache keep', async () => {
    const door = await openGuardDoor(await guardRig('memory'), { now: instant(0) });
    const response = await door.get('/v1/banner.js', {
      origin: 'https://app.example',
      'x-forwarded-for': '203.0.113.9',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    const text = await response.text();
    expect(text).toBe(bannerScript());
    expect(Buffer.byteLength(text)).toBeLessThan(3_072);
  });
});
