import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AssociationTypes, Client } from '@hubspot/api-client';
import type { SimplePublicObjectBatchInput } from '@hubspot/api-client/lib/codegen/crm/contacts/models/SimplePublicObjectBatchInput.js';
import type { SimplePublicObjectBatchInputUpsert } from '@hubspot/api-client/lib/codegen/crm/contacts/models/SimplePublicObjectBatchInputUpsert.js';
import type { SimplePublicObjectBatchInputForCreate } from '@hubspot/api-client/lib/codegen/crm/objects/tasks/models/SimplePublicObjectBatchInputForCreate.js';
import type { PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toProperties } from '../../destinations/hubspot/properties.ts';
import { type PropertySpec, toPropertySpecs } from '../../destinations/hubspot/set-up/property-specs.ts';
import type { HubspotSettings } from '../../destinations/hubspot/settings.ts';
import { TASK_TO } from '../../destinations/hubspot/tasks/find-task-targets.ts';
import { toNewTask } from '../../destinations/hubspot/tasks/task-change.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import {
  type HubspotBench,
  openHubspotCompanyBench,
  openHubspotContactBench,
  openHubspotTaskBench,
} from '../stand-ins/hubspot-bench.ts';
import { NOW } from './tool-records.ts';

const EVERY_BENCH = [openHubspotContactBench, openHubspotCompanyBench, openHubspotTaskBench];
let benches: readonly HubspotBench[];

/** A new subject that is known, one that is not, a change, and a refusal among them: every request that a tool makes. */
beforeAll(async () => {
  benches = await Promise.all(EVERY_BENCH.map((open) => open({ now: () => NOW })));
  for (const bench of benches) {
    const sink = makeActionsSink(bench.tool, bench.settings, { now: () => NOW });
    const ids = ['dun_1', 'dun_2'];
    bench.know(ids);
    await sink.send([...ids, 'dun_3'].map((id) => bench.record(id)));
    const changed = {
      in_dunning: false,
      task_state: 'closed',
      comment: 'Closed by Recoup: paid.',
      next_retry_date: null,
    };
    const isTask = bench.tool.subject === 'hand_off';
    const names = isTask ? ['task_state', 'comment'] : ['in_dunning', 'next_retry_date'];
    const attributes = Object.fromEntries(Object.entries(changed).filter(([name]) => names.includes(name)));
    const change = (id: string) => bench.record(id, { isNew: false, attributes });
    bench.standIn.inject({ kind: 'partial', ids: ['dun_2'] }, { calls: 1 });
    await sink.send([change('dun_1'), change('dun_2'), change('dun_9')]);
    bench.standIn.inject({ kind: 'status', status: 400 }, { calls: 1 });
    await sink.send([bench.record('dun_4')]);
    await bench.tool.inspect?.(bench.settings, 5_000);
  }
});
afterAll(async () => {
  for (const { standIn } of benches) await standIn.close();
});

/** What deliveries sent; HubSpot's own client asks at version 3. */
const sent = () =>
  benches
    .flatMap(({ standIn }) => standIn.requests)
    .filter(({ path }) => path.startsWith('/crm/objects/') && batchOf(path));
const batchOf = (path: string) => /\/(contacts|companies|tasks)\/batch\/(read|create|update|upsert)$/.exec(path);

/** Compiles only while HubSpot's own client takes what is sent. */
describe('HubSpot’s own client', () => {
  const properties = toProperties({ in_dunning: true, next_retry_date: null }, []);
  const update = { id: 'user_1', idProperty: 'recoup_user_id', properties, objectWriteTraceId: '0' };
  const create = {
    properties: toNewTask({ subject: 'a', body: 'b' }),
    associations: [
      { to: { id: '1' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: TASK_TO.contact }] },
    ],
    objectWriteTraceId: '0',
  };

  it('has types for what is sent', () => {
    const typed = [
      update satisfies SimplePublicObjectBatchInput,
      update satisfies SimplePublicObjectBatchInputUpsert,
      { ...create, associations: [] } satisfies SimplePublicObjectBatchInputForCreate,
    ];
    const spec: Pick<PropertySpec, 'name' | 'label' | 'groupName'> = { name: 'a', label: 'a', groupName: 'recoup' };
    expect([...typed, spec satisfies Pick<PropertyCreate, 'name' | 'label' | 'groupName'>]).toHaveLength(4);
  });

  it('names the same types of association', () => {
    expect(TASK_TO).toEqual({ contact: AssociationTypes.taskToContact, company: AssociationTypes.taskToCompany });
  });

  it('would send every body as it was sent, and reads the answers', async () => {
    const seen = new Set<string>();
    for (const { standIn, settings } of benches) {
      const { crm } = new Client({ accessToken: String(settings.access_token), basePath: standIn.url });
      const apis = {
        contacts: crm.contacts.batchApi,
        companies: crm.companies.batchApi,
        tasks: crm.objects.tasks.batchApi,
      };
      for (const { path, body } of standIn.requests.slice()) {
        const [, object, verb] = batchOf(path) ?? [];
        if (object === undefined || verb === undefined) continue;
        seen.add(`${object} ${verb}`);
        const ask = apis[object as keyof typeof apis][verb as 'read'];
        const answer = await ask
          .call(apis[object as keyof typeof apis], structuredClone(body) as Parameters<typeof ask>[0])
          .catch(() => null);
        expect(standIn.requests.at(-1)?.body).toEqual(body);
        if (answer !== null) expect(answer.status).toBe('COMPLETE');
      }
    }
    expect([...seen].toSorted()).toEqual([
      ...['companies read', 'companies update', 'contacts read', 'contacts update', 'contacts upsert'],
      ...['tasks create', 'tasks read', 'tasks update'],
    ]);
  });
});

const FOLDER = resolve(process.env.RECOUP_HUBSPOT_SPECS ?? join(import.meta.dirname, '../../../shared/specs/hubspot'));
const present = existsSync(FOLDER);
const why = present ? '' : ' (skipped: they do not lie beside the checkout; name their folder in RECOUP_HUBSPOT_SPECS)';

type Json = Readonly<Record<string, unknown>>;
interface Spec {
  readonly components: { readonly schemas: Json };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema?: { readonly $ref: string } }>>;

const read = (name: string): Spec => JSON.parse(readFileSync(join(FOLDER, `${name}.2026-03.json`), 'utf8'));

/** Closed to names that the schema does not have; values of properties may be null, as the client's types say. */
const close = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([name]) => name !== 'example');
  const closed = Object.fromEntries(entries.map(([name, value]) => [name, close(value)]));
  if ('properties' in closed && closed.type === 'object' && !('additionalProperties' in closed))
    return { ...closed, additionalProperties: false };
  return closed;
};
const allowNull = (text: string): string =>
  text.replaceAll(
    '"properties":{"type":"object","additionalProperties":{"type":"string"}',
    '"properties":{"type":"object","additionalProperties":{"type":["string","null"]}',
  );

const schemasOf = (spec: Spec, isRequest: boolean): Json => {
  const closed = JSON.stringify(close(spec.components.schemas));
  return JSON.parse(isRequest ? closed : allowNull(closed));
};

/** What the schema has against a body; empty: nothing. */
const objectionsTo = (spec: Spec, ref: string, body: unknown, isRequest: boolean): readonly string[] => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'https://spec.invalid/', components: { schemas: schemasOf(spec, isRequest) } });
  const validate = ajv.compile({ $ref: `https://spec.invalid/${ref}` });
  validate(body);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const refOf = (content: Content | undefined): string => Object.values(content ?? {})[0]?.schema?.$ref ?? '';

describe.skipIf(!present)(`HubSpot’s published schemas, when they lie beside the checkout${why}`, () => {
  const specs: Readonly<Record<string, Spec>> = present
    ? {
        contacts: read('contacts'),
        companies: read('companies'),
        tasks: read('tasks'),
        properties: read('properties'),
        lists: read('lists'),
      }
    : {};
  const specOf = (name: string): Spec => specs[name] ?? { components: { schemas: {} }, paths: {} };

  it('take every request, at the address where it is made', () => {
    let asked = 0;
    for (const { path, body } of sent()) {
      const spec = specOf(batchOf(path)?.[1] ?? '');
      const ref = refOf(spec.paths[path]?.post?.requestBody?.content);
      expect(ref, path).not.toBe('');
      expect(objectionsTo(spec, ref, body, true), path).toEqual([]);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(15);
  });

  it('allow every answer of the stand-in, of success and of failure', () => {
    const statuses = new Set<number>();
    for (const { path, status, body } of benches.flatMap(({ standIn }) => standIn.answers)) {
      const spec = specOf(batchOf(path)?.[1] ?? '');
      const told = spec.paths[path]?.post?.responses[String(status)];
      if (spec.paths[path] === undefined || !path.startsWith('/crm/objects/')) continue;
      const ref = told === undefined ? '#/components/schemas/Error' : refOf(told.content);
      const lean: unknown = JSON.parse(JSON.stringify(body));
      const isRefusal = status >= 400;
      // HubSpot's own refusals carry `status: "error"`, which its schema of them does not name.
      const subject = isRefusal ? { ...(lean as Json), status: undefined } : lean;
      expect(objectionsTo(spec, ref, JSON.parse(JSON.stringify(subject)), false), `${path} ${status}`).toEqual([]);
      statuses.add(status);
    }
    expect([...statuses].toSorted()).toEqual([200, 201, 207, 400]);
  });

  it('take the requests for the list of contacts, and allow the answers to them', () => {
    const spec = specOf('lists');
    const [bench] = benches;
    const asked = (bench?.standIn.requests ?? []).filter(({ path }) => path.startsWith('/crm/lists/'));
    const kinds = new Set<string>();
    for (const [index, { method, path, body }] of asked.entries()) {
      const generic = path
        .replace(/name\/.+$/, 'name/{listName}')
        .replace(/\/0-1\//, '/{objectTypeId}/')
        .replace(/\/\d+\/memberships/, '/{listId}/memberships');
      const operation = spec.paths[generic]?.[method.toLowerCase()];
      expect(operation, generic).toBeDefined();
      if (body !== null)
        expect(objectionsTo(spec, refOf(operation?.requestBody?.content), body, true), generic).toEqual([]);
      const told = bench?.standIn.answers.filter((each) => each.path.startsWith('/crm/lists/'))[index];
      expect(objectionsTo(spec, refOf(operation?.responses['200']?.content), told?.body, false), generic).toEqual([]);
      kinds.add(method);
    }
    expect([...kinds].toSorted()).toEqual(['GET', 'PUT']);
    const made = { name: 'Recoup: do not dun', objectTypeId: '0-1', processingType: 'MANUAL' };
    expect(objectionsTo(spec, '#/components/schemas/ListCreateRequest', made, true)).toEqual([]);
  });

  it('take every property that the set-up makes', () => {
    const settings = { contact_id_property: 'recoup_user_id', company_id_property: 'recoup_account_id' };
    const ref = '#/components/schemas/PropertyCreate';
    for (const [object, subject] of [
      ['contacts', 'contact'],
      ['companies', 'account'],
      ['tasks', 'hand_off'],
    ] as const)
      for (const property of toPropertySpecs(object, settings as HubspotSettings, fieldsOf(subject, [])))
        expect(objectionsTo(specOf('properties'), ref, property, true), property.name).toEqual([]);
  });

  it('would refuse a request with a misspelt name', () => {
    const ref = '#/components/schemas/BatchInputSimplePublicObjectBatchInputUpsert';
    const body = { inputs: [{ id: '1', properties: {}, objectTraceId: '0' }] };
    expect(objectionsTo(specOf('contacts'), ref, body, true)).not.toEqual([]);
  });
});
