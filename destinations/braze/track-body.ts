import type { BrazeSettings } from './settings.ts';

/** One person's share of a call. */
export type SyncPayload = {
  readonly external_id: string;
  /** null clears a custom attribute. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly events?: readonly {
    readonly name: string;
    /** ISO 8601 */
    readonly time: string;
    readonly properties?: Readonly<Record<string, unknown>>;
  }[];
};

type TrackObject = Readonly<Record<string, unknown>>;

/** Body of `POST /users/track`. Each object holds at most one person, in the order of the payloads. */
export type TrackBody = {
  readonly attributes?: readonly TrackObject[];
  readonly events?: readonly TrackObject[];
};

/** Which object of a body stands for what: Braze tells errors by array and index. */
export interface TrackPart {
  /** Index of the payload. */
  readonly payload: number;
  /** e.g. `attributes` or `event payment_recovered`. */
  readonly name: string;
  /** Names of values that were left out: Braze would keep the first characters only. */
  readonly tooLong: readonly string[];
}

export interface TrackCall {
  readonly body: TrackBody;
  readonly parts: { readonly attributes: readonly TrackPart[]; readonly events: readonly TrackPart[] };
}

/** The body for these payloads, the same for the same ones. A payload without attributes and events leaves no trace. */
export const toTrackCall = (payloads: readonly SyncPayload[], settings: BrazeSettings): TrackCall => {
  const attributes = payloads.flatMap((payload, index) => toAttributes(payload, index, settings));
  const events = payloads.flatMap((payload, index) => toEvents(payload, index, settings));
  return {
    body: {
      ...(attributes.length > 0 ? { attributes: attributes.map(({ object }) => object) } : {}),
      ...(events.length > 0 ? { events: events.map(({ object }) => object) } : {}),
    },
    parts: { attributes: attributes.map(({ part }) => part), events: events.map(({ part }) => part) },
  };
};

interface Placed {
  readonly object: TrackObject;
  readonly part: TrackPart;
}

const toAttributes = (payload: SyncPayload, index: number, settings: BrazeSettings): readonly Placed[] => {
  const attributes = payload.attributes ?? {};
  if (Object.keys(attributes).length === 0) return [];
  const person = toPerson(payload, settings);
  const tooLong = findTooLong(attributes);
  const cleared = Object.fromEntries(tooLong.map((name) => [name, null]));
  // The person stands first to be read, and last so that no attribute can name someone else.
  const object = { ...person, ...attributes, ...cleared, ...person };
  return [{ object, part: { payload: index, name: 'attributes', tooLong } }];
};

const toEvents = (payload: SyncPayload, index: number, settings: BrazeSettings): readonly Placed[] =>
  (payload.events ?? []).map(({ name, time, properties = {} }) => {
    const tooLong = findTooLong(properties);
    const object = { ...toPerson(payload, settings), name, time, properties: without(tooLong, properties) };
    return { object, part: { payload: index, name: `event ${name}`, tooLong } };
  });

/** Braze's limit of a text, of attributes and properties alike. */
export const MAX_CHARACTERS = 255;

/** A payment link cut off is worse than none: a template can tell that there is none. */
const findTooLong = (values: TrackObject): readonly string[] =>
  Object.entries(values)
    .filter(([, value]) => typeof value === 'string' && value.length > MAX_CHARACTERS)
    .map(([name]) => name);

const toPerson = (payload: SyncPayload, settings: BrazeSettings): TrackObject => ({
  external_id: payload.external_id,
  ...(settings.update_existing_only === true ? { _update_existing_only: true } : {}),
});

/** Unlike an attribute, a property of an event has no null: a missing one reads as blank in templates. */
const without = (names: readonly string[], properties: TrackObject): TrackObject =>
  Object.fromEntries(Object.entries(properties).filter(([name, value]) => value !== null && !names.includes(name)));
