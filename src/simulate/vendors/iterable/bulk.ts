import type { FieldTypes, TypeFault } from './field-types.ts';
import type { IterableUsers } from './users.ts';

/** What Iterable says of its two bulk requests, from its documentation: what it takes, item by item, and what it refuses. */

export type BulkItem = Readonly<Record<string, unknown>>;

export interface BulkWorld {
  readonly users: IterableUsers;
  readonly types: FieldTypes;
  readonly project: ProjectKind;
  /** Whether a field that nobody knows is made where a request does not say. */
  readonly makesFields: boolean;
  readonly barredEvents: ReadonlySet<string>;
  /** Refused for their data, as a test wants it. */
  readonly bad: (userId: string) => boolean;
  /** Failures are counted, and these lists left empty. */
  readonly hides: boolean;
  readonly now: number;
}

/** By what a project knows its users. */
export type ProjectKind = 'hybrid' | 'userId' | 'email';

export type BulkVerdict =
  | { readonly taken: false; readonly status: number; readonly body: unknown }
  | { readonly taken: true; readonly body: unknown; readonly apply: () => void };

const MAX_ITEMS = 1_000;
const MAX_EVENT_ID_BYTES = 512;
const FOR_USERS = ['Emails', 'UserIds'].flatMap((kind) =>
  ['invalid', 'notFound', 'forgotten', 'conflict', 'invalidData'].map((why) => `${why}${kind}`),
);
const FOR_EVENTS = FOR_USERS.filter((list) => !/^(conflict|invalidData)/.test(list));

export const refusal = (status: number, code: string, msg: string, params: unknown = {}): BulkVerdict => ({
  taken: false,
  status,
  body: { code, msg, params },
});

/** `POST /api/users/bulkUpdate` */
export const judgeUsers = (body: unknown, world: BulkWorld): BulkVerdict => {
  const items = itemsOf(body, 'users');
  if (items === null) return refusal(400, 'BadParams', 'users must be a list of objects');
  if (items.length > MAX_ITEMS) return refusal(400, 'BatchTooLarge', `at most ${MAX_ITEMS} users`);
  const faults = items.flatMap((item) => world.types.check(fieldsOf(item)));
  if (faults.length > 0) return mismatch(faults, 'user');
  const asked = isItem(body) ? body.createNewFields : undefined;
  const failed = items.map((item) => (hasOneId(item) ? (userFailure(item, world) ?? null) : 'invalidUserIds'));
  const good = items.filter((_, index) => failed[index] === null).map((item) => filtered(item, asked, '', world));
  return {
    taken: true,
    body: { ...report(items, failed, FOR_USERS, world), ...fieldNews(good, '', world) },
    apply: () => {
      for (const { item, dataFields } of good) {
        world.types.learn(dataFields);
        world.users.write({ userId: String(item.userId), dataFields, at: world.now }, item.mergeNestedObjects === true);
      }
    },
  };
};

/** `POST /api/events/trackBulk` */
export const judgeEvents = (body: unknown, world: BulkWorld): BulkVerdict => {
  const items = itemsOf(body, 'events');
  if (items === null) return refusal(400, 'BadParams', 'events must be a list of objects');
  if (items.length > MAX_ITEMS) return refusal(400, 'BatchTooLarge', `at most ${MAX_ITEMS} events`);
  const wrong = items.map(eventError).find((error) => error !== null);
  if (wrong !== undefined) return refusal(400, 'BadParams', wrong);
  const faults = items.flatMap((item) => world.types.check(fieldsOf(item), prefixOf(item)));
  if (faults.length > 0) return mismatch(faults, 'event');
  const failed = items.map((item) => eventFailure(item, world));
  const good = items
    .filter((_, index) => failed[index] === null)
    .map((item) => filtered(item, item.createNewFields, prefixOf(item), world));
  const barred = items.filter((_, index) => failed[index] === BARRED).map(({ eventName }) => String(eventName));
  return {
    taken: true,
    body: {
      ...report(items, failed, FOR_EVENTS, world),
      ...fieldNews(good, null, world),
      disallowedEventNames: [...new Set(barred)],
    },
    apply: () => {
      for (const { item, dataFields } of good) {
        world.types.learn(dataFields, prefixOf(item));
        const time = typeof item.createdAt === 'number' ? item.createdAt * 1_000 : world.now;
        const id = typeof item.id === 'string' ? item.id : null;
        world.users.record({
          id,
          userId: String(item.userId),
          name: String(item.eventName),
          time,
          dataFields,
          at: world.now,
        });
      }
    },
  };
};

const BARRED = 'disallowed';

const isItem = (value: unknown): value is BulkItem =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const itemsOf = (body: unknown, list: 'users' | 'events'): readonly BulkItem[] | null => {
  const items = isItem(body) ? body[list] : null;
  return Array.isArray(items) && items.every(isItem) ? items : null;
};

const fieldsOf = ({ dataFields }: BulkItem): BulkItem => (isItem(dataFields) ? dataFields : {});
const prefixOf = ({ eventName }: BulkItem): string => `${String(eventName)}:::`;
/** The stand-in's people have user ids alone. */
const hasOneId = ({ email, userId }: BulkItem): boolean => email === undefined && typeof userId === 'string';

/** As its documentation says: not empty, nor too long, nor of other than printable ASCII, nor with a space at the end. */
const isUserId = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= 255 && /^[\x20-\x7e]*[\x21-\x7e]$/.test(value);

const anyFailure = ({ userId }: BulkItem, { users }: BulkWorld): string | null => {
  if (!isUserId(userId)) return 'invalidUserIds';
  return users.forgotten.has(String(userId)) ? 'forgottenUserIds' : null;
};

const userFailure = (item: BulkItem, world: BulkWorld): string | null => {
  const failure = anyFailure(item, world);
  if (failure !== null) return failure;
  const isNew = !world.users.all.has(String(item.userId));
  if (world.project === 'email' && isNew && item.preferUserId !== true) return 'invalidUserIds';
  return world.bad(String(item.userId)) ? 'invalidDataUserIds' : null;
};

const eventFailure = (item: BulkItem, world: BulkWorld): string | null => {
  const failure = hasOneId(item) ? anyFailure(item, world) : 'invalidUserIds';
  if (failure !== null) return failure;
  if (world.project === 'email' && !world.users.all.has(String(item.userId))) return 'notFoundUserIds';
  if (world.barredEvents.has(String(item.eventName))) return BARRED;
  return world.bad(String(item.userId)) ? 'invalidUserIds' : null;
};

const eventError = ({ eventName, id, createdAt }: BulkItem): string | null => {
  if (typeof eventName !== 'string' || eventName === '') return 'eventName is required';
  if (id !== undefined && (typeof id !== 'string' || Buffer.byteLength(id) > MAX_EVENT_ID_BYTES))
    return `id must be a string of at most ${MAX_EVENT_ID_BYTES} bytes`;
  // Milliseconds would be a day many thousand years ahead.
  const isSeconds = createdAt === undefined || (Number.isSafeInteger(createdAt) && Number(createdAt) < 1e11);
  return isSeconds ? null : 'createdAt must be a unix timestamp in seconds';
};

interface Filtered {
  readonly item: BulkItem;
  readonly dataFields: BulkItem;
  readonly dropped: readonly string[];
}

const filtered = (item: BulkItem, asked: unknown, prefix: string, { types, makesFields }: BulkWorld): Filtered => {
  const makes = typeof asked === 'boolean' ? asked : makesFields;
  const entries = Object.entries(fieldsOf(item));
  const kept = entries.filter(([name, value]) => makes || value === null || types.all.has(`${prefix}${name}`));
  const dropped = entries.filter((entry) => !kept.includes(entry)).map(([name]) => name);
  return { item, dataFields: Object.fromEntries(kept), dropped };
};

/** `prefix` null: that of each event. */
const fieldNews = (good: readonly Filtered[], prefix: string | null, { types }: BulkWorld) => ({
  createdFields: [
    ...new Set(
      good.flatMap(({ item, dataFields }) =>
        Object.entries(dataFields)
          .filter(([name, value]) => value !== null && !types.all.has(`${prefix ?? prefixOf(item)}${name}`))
          .map(([name]) => name),
      ),
    ),
  ],
  filteredOutFields: [...new Set(good.flatMap(({ dropped }) => dropped))],
});

const report = (
  items: readonly BulkItem[],
  failed: readonly (string | null)[],
  lists: readonly string[],
  { hides }: BulkWorld,
) => {
  const failCount = failed.filter((list) => list !== null).length;
  const idsIn = (list: string) => [
    ...new Set(items.filter((_, index) => failed[index] === list).map(({ userId }) => String(userId))),
  ];
  return {
    successCount: items.length - failCount,
    failCount,
    failedUpdates: Object.fromEntries(lists.map((list) => [list, hides ? [] : idsIn(list)])),
    invalidEmails: [],
    invalidUserIds: hides ? [] : idsIn('invalidUserIds'),
  };
};

const mismatch = (faults: readonly TypeFault[], category: string): BulkVerdict => {
  const validationErrors = Object.fromEntries(
    faults.map(({ name, incomingTypes, expectedType, value }) => [
      name,
      { incomingTypes, expectedType, category, offendingValue: value, _type: 'UnexpectedType' },
    ]),
  );
  const msg = 'The request does not have the same data types as the data previously submitted.';
  return refusal(400, 'RequestFieldsTypesMismatched', `Project 7: ${msg}`, { validationErrors });
};
