import type { BrazeObject, TrackRequest } from './track-request.ts';
import { toTime } from './track-request.ts';

/** Longer ones are cut. */
const MAX_STRING_CHARS = 255;
const MAX_ARRAY_ITEMS = 25;
/** Fields of the request and Braze's own profile fields: no custom attributes. */
const NOT_CUSTOM = new Set([
  'external_id',
  'user_alias',
  'braze_id',
  'email',
  'phone',
  '_update_existing_only',
  'app_id',
]);

type Held = Readonly<Record<string, unknown>>;

/** What one person is in Braze. */
export interface BrazeUser {
  readonly externalId: string;
  readonly attributes: Held;
}

/** One event as Braze recorded it: twice if sent twice. */
export interface BrazeEvent {
  readonly externalId: string;
  readonly name: string;
  /** When it happened, UTC milliseconds; never ahead of `at`. */
  readonly time: number;
  readonly properties: Held;
  /** When it was applied. */
  readonly at: number;
  /** Number of the request that brought it, from 0. */
  readonly request: number;
}

/** One object of attributes as it was applied. */
export interface BrazeWrite {
  readonly externalId: string;
  /** As sent: null clears. */
  readonly attributes: Held;
  readonly at: number;
  readonly request: number;
}

/** A value that was not stored as sent: cut, or of another type than the attribute's first value had. */
export interface Alteration {
  readonly externalId: string;
  readonly attribute: string;
  readonly why: 'cut' | 'type' | 'array';
}

export interface BrazeUsers {
  readonly all: ReadonlyMap<string, BrazeUser>;
  readonly events: readonly BrazeEvent[];
  readonly writes: readonly BrazeWrite[];
  readonly alterations: readonly Alteration[];
  /** Applies what a request holds, attributes before events. */
  readonly apply: (request: TrackRequest, index: number, now: number) => void;
  /** Deletes people with all that is held of them; answers how many there were. */
  readonly remove: (externalIds: readonly string[]) => number;
  /** Is told every event and write at the moment of applying it. */
  readonly watch: (watcher: BrazeWatcher) => void;
}

export interface BrazeWatcher {
  readonly onEvent?: (event: BrazeEvent) => void;
  readonly onWrite?: (write: BrazeWrite) => void;
}

/** Braze's profiles: attributes merged by the last write, null removes; events kept without end and never deduplicated. */
export const makeBrazeUsers = (): BrazeUsers => {
  const all = new Map<string, BrazeUser>();
  const events: BrazeEvent[] = [];
  const writes: BrazeWrite[] = [];
  const alterations: Alteration[] = [];
  const watchers: BrazeWatcher[] = [];
  /** The type of an attribute is that of its first value, for all people. */
  const types = new Map<string, string>();

  const store = (externalId: string, attribute: string, value: unknown, held: unknown): unknown => {
    const alter = (why: Alteration['why'], stored: unknown): unknown => {
      alterations.push({ externalId, attribute, why });
      return stored;
    };
    const next = isChange(value) ? changed(held, value) : value;
    const type = typeOf(next);
    const known = types.get(attribute) ?? type;
    types.set(attribute, known);
    if (known !== type) return alter('type', held);
    if (typeof next === 'string' && next.length > MAX_STRING_CHARS)
      return alter('cut', next.slice(0, MAX_STRING_CHARS));
    if (Array.isArray(next) && next.length > MAX_ARRAY_ITEMS) return alter('array', next.slice(-MAX_ARRAY_ITEMS));
    return next;
  };

  const write = (object: BrazeObject, request: number, at: number): void => {
    const externalId = String(object.external_id);
    const user = all.get(externalId);
    if (user === undefined && object._update_existing_only === true) return;
    const attributes = Object.fromEntries(Object.entries(object).filter(([name]) => !NOT_CUSTOM.has(name)));
    const held: Record<string, unknown> = { ...user?.attributes };
    for (const [name, value] of Object.entries(attributes)) {
      const stored = value === null ? undefined : store(externalId, name, value, held[name]);
      if (stored === undefined) delete held[name];
      else held[name] = stored;
    }
    all.set(externalId, { externalId, attributes: held });
    const written = { externalId, attributes, at, request };
    writes.push(written);
    for (const { onWrite } of watchers) onWrite?.(written);
  };

  const record = (object: BrazeObject, request: number, at: number): void => {
    const externalId = String(object.external_id);
    if (!all.has(externalId)) {
      if (object._update_existing_only === true) return;
      all.set(externalId, { externalId, attributes: {} });
    }
    const time = Math.min(toTime(object.time) ?? at, at);
    const properties = (object.properties ?? {}) as Held;
    const event = { externalId, name: String(object.name), time, properties, at, request };
    events.push(event);
    for (const { onEvent } of watchers) onEvent?.(event);
  };

  return {
    all,
    events,
    writes,
    alterations,
    apply: (request, index, now) => {
      for (const object of request.attributes) write(object, index, now);
      for (const object of request.events) record(object, index, now);
    },
    remove: (externalIds) => {
      const known = externalIds.filter((externalId) => all.delete(externalId));
      for (const held of [events, writes, alterations]) {
        const kept = (held as { externalId: string }[]).filter(({ externalId }) => !externalIds.includes(externalId));
        held.splice(0, held.length, ...(kept as never[]));
      }
      return known.length;
    },
    watch: (watcher) => void watchers.push(watcher),
  };
};

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return toTime(value) === null ? typeof value : 'time';
};

type Change = { readonly inc?: number; readonly add?: readonly unknown[]; readonly remove?: readonly unknown[] };

const isChange = (value: unknown): value is Change =>
  typeof value === 'object' && value !== null && ('inc' in value || 'add' in value || 'remove' in value);

const changed = (held: unknown, change: Change): unknown => {
  if (change.inc !== undefined) return (typeof held === 'number' ? held : 0) + change.inc;
  const kept = (Array.isArray(held) ? held : []).filter((item) => !change.remove?.includes(item));
  return [...kept, ...(change.add ?? []).filter((item) => !kept.includes(item))];
};
