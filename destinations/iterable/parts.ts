import { toEventFields, toUserFields } from './field-values.ts';

/** One person's share of a call. */
export type SyncPayload = {
  readonly user_id: string;
  /** null clears a field. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly events?: readonly {
    /** Iterable replaces the event that it has under the same id. */
    readonly id?: string;
    readonly name: string;
    /** ISO 8601 */
    readonly time: string;
    readonly properties?: Readonly<Record<string, unknown>>;
  }[];
};

/** A user of `bulkUpdate` or an event of `trackBulk`. */
export interface BulkObject {
  readonly userId: string;
  readonly dataFields: Readonly<Record<string, unknown>>;
  readonly eventName?: string;
  readonly [field: string]: unknown;
}

/** What one of the two requests carries of one payload. Iterable tells failures by user id, so a part has one fate. */
export interface Part {
  /** Index of the payload. */
  readonly payload: number;
  readonly userId: string;
  readonly objects: readonly BulkObject[];
  /** Names of values that were left out for their length. */
  readonly tooLong: readonly string[];
}

/** The users to update, in the order of the payloads; who has no attributes is left out. */
export const toUserParts = (payloads: readonly SyncPayload[]): readonly Part[] =>
  payloads.flatMap(({ user_id: userId, attributes = {} }, payload) => {
    if (Object.keys(attributes).length === 0) return [];
    const { dataFields, tooLong } = toUserFields(withoutIdentity(attributes));
    // Only projects that know users by email heed the switch: without it they refuse a user id that they do not know.
    return [{ payload, userId, objects: [{ userId, preferUserId: true, dataFields }], tooLong }];
  });

/** Among the fields these would make somebody else of the person. */
const IDENTITY = new Set(['userId', 'email']);

const withoutIdentity = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !IDENTITY.has(name)));

/** The events to record, in the order of the payloads; who has none is left out. */
export const toEventParts = (payloads: readonly SyncPayload[]): readonly Part[] =>
  payloads.flatMap(({ user_id: userId, events = [] }, payload) => {
    if (events.length === 0) return [];
    const made = events.map(({ id, name, time, properties = {} }) => {
      const { dataFields, tooLong } = toEventFields(properties);
      const createdAt = Math.floor(Date.parse(time) / 1_000);
      const object = {
        ...(id === undefined ? {} : { id }),
        userId,
        eventName: name,
        createdAt,
        dataFields,
        createNewFields: true,
      };
      return { object, tooLong };
    });
    return [
      { payload, userId, objects: made.map(({ object }) => object), tooLong: made.flatMap(({ tooLong }) => tooLong) },
    ];
  });

/** One of the two requests. */
export interface BulkCall {
  readonly path: `/${string}`;
  readonly toBody: (objects: readonly BulkObject[]) => Readonly<Record<string, unknown>>;
}

/** Fields that the project does not know are made, whatever its own setting: dropped ones would be lost in silence. */
export const UPDATE_USERS: BulkCall = {
  path: '/api/users/bulkUpdate',
  toBody: (users) => ({ users, createNewFields: true }),
};

export const TRACK_EVENTS: BulkCall = { path: '/api/events/trackBulk', toBody: (events) => ({ events }) };
