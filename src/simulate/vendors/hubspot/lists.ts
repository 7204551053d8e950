import type { HubspotAccount } from './account.ts';
import { type Answer, refusal } from './batch.ts';

/** A list of contacts as the account keeps it. */
export interface HubspotList {
  readonly id: string;
  readonly name: string;
  /** `MANUAL`, `SNAPSHOT` or `DYNAMIC`. */
  readonly processingType: string;
  /** HubSpot's ids of contacts. */
  readonly members: Set<string>;
}

/** Lists by id, and enrolments: email addresses by workflow id. */
export interface HubspotLists {
  readonly all: Map<string, HubspotList>;
  readonly enrolments: Map<string, Set<string>>;
  readonly named: (name: string) => HubspotList | null;
  /** Makes one as people do. */
  readonly add: (name: string, processingType?: string) => HubspotList;
  /** From now on ends no enrolment, of one address or any, and answers so. */
  readonly refuseEnrolments: (status: number, email?: string) => void;
  /** Null: ends those of this address. */
  readonly refusal: (email: string) => number | null;
}

export const makeLists = (): HubspotLists => {
  const all = new Map<string, HubspotList>();
  let refused: { readonly status: number; readonly email: string | undefined } | null = null;
  const named = (name: string) =>
    [...all.values()].find((list) => list.name.toLowerCase() === name.toLowerCase()) ?? null;
  return {
    all,
    enrolments: new Map(),
    named,
    refuseEnrolments: (status, email) => {
      refused = { status, email };
    },
    refusal: (email) => (refused !== null && (refused.email ?? email) === email ? refused.status : null),
    add: (name, processingType = 'MANUAL') => {
      const list = { id: String(900 + all.size), name, processingType, members: new Set<string>() };
      all.set(list.id, list);
      return list;
    },
  };
};

const LISTS = /^\/crm\/(?:lists\/2026-03|v3\/lists)(?:\/(.+))?$/;
const ENROLMENT = /^\/automation\/v2\/workflows\/(\d+)\/enrollments\/contacts\/([^/]+)$/;

/** Whether a request changes lists or enrolments. */
export const changesLists = (method: string, path: string): boolean =>
  (LISTS.test(path) || ENROLMENT.test(path)) && method !== 'GET';

const shown = ({ id, name, processingType }: HubspotList) => ({
  list: {
    listId: id,
    listVersion: 1,
    name,
    objectTypeId: '0-1',
    processingStatus: 'COMPLETE',
    processingType,
  },
});

/** The scope that a request needs; null: it is about something else. */
export const listScope = (method: string, path: string): string | null => {
  if (ENROLMENT.test(path)) return 'automation';
  return LISTS.test(path) ? `crm.lists.${method === 'GET' ? 'read' : 'write'}` : null;
};

/** Answers what is about lists and enrolments; null: it is about something else. */
export const listApi = (
  lists: HubspotLists,
  account: HubspotAccount,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: unknown },
): Answer | null => {
  const [, workflow, email] = ENROLMENT.exec(path) ?? [];
  if (workflow !== undefined && email !== undefined && method === 'DELETE') {
    const refused = lists.refusal(decodeURIComponent(email));
    if (refused !== null) return refusal(refused, 'INJECTED', 'injected');
    const wasThere = lists.enrolments.get(workflow)?.delete(decodeURIComponent(email)) ?? false;
    return wasThere ? { status: 204, body: null } : refusal(404, 'OBJECT_NOT_FOUND', 'contact is not enrolled');
  }
  if (!LISTS.test(path)) return null;
  const rest = LISTS.exec(path)?.[1];
  if (rest === undefined)
    return method === 'POST' ? create(lists, body) : refusal(405, 'METHOD_NOT_ALLOWED', 'not here');
  const [, name] = /^object-type-id\/0-1\/name\/(.+)$/.exec(rest) ?? [];
  if (name !== undefined) {
    const list = lists.named(decodeURIComponent(name));
    return list === null ? NO_LIST : { status: 200, body: shown(list) };
  }
  const [, id] = /^(\d+)\/memberships\/add-and-remove$/.exec(rest) ?? [];
  return id === undefined || method !== 'PUT'
    ? refusal(404, 'NOT_FOUND', 'no such address')
    : change(lists, account, id, body);
};

const NO_LIST = refusal(404, 'OBJECT_NOT_FOUND', 'List does not exist.');

const create = (lists: HubspotLists, body: unknown): Answer => {
  const { name, objectTypeId, processingType } = body as Readonly<Record<string, string>>;
  if (name === undefined || objectTypeId !== '0-1' || processingType === undefined)
    return refusal(400, 'VALIDATION_ERROR', 'name, objectTypeId and processingType are required');
  if (lists.named(name) !== null)
    return refusal(400, 'VALIDATION_ERROR', 'List name must be unique', { subCategory: 'ILS.DUPLICATE_LIST_NAMES' });
  return { status: 200, body: shown(lists.add(name, processingType)) };
};

const change = (lists: HubspotLists, account: HubspotAccount, id: string, body: unknown): Answer => {
  const list = lists.all.get(id);
  if (list === undefined) return NO_LIST;
  if (list.processingType === 'DYNAMIC')
    return refusal(400, 'VALIDATION_ERROR', 'Records cannot be added to a list that is dynamic');
  const { recordIdsToAdd, recordIdsToRemove } = body as {
    readonly recordIdsToAdd: readonly string[];
    readonly recordIdsToRemove: readonly string[];
  };
  const isThere = (record: string): boolean => account.find('contacts', 'hs_object_id', record).length > 0;
  const added = recordIdsToAdd.filter((record) => isThere(record) && !list.members.has(record));
  const removed = recordIdsToRemove.filter((record) => list.members.has(record));
  for (const record of added) list.members.add(record);
  for (const record of removed) list.members.delete(record);
  const recordIdsMissing = [...recordIdsToAdd, ...recordIdsToRemove].filter((record) => !isThere(record));
  return { status: 200, body: { recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing } };
};
