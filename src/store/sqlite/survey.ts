import type { DatabaseSync } from 'node:sqlite';
import type { Fact } from '../../domain/fact.ts';
import type { Mode } from '../../domain/ids.ts';
import {
  CROWD,
  type Crowd,
  type CustomerCount,
  type Heard,
  type Nameless,
  SURVEY_LIMITS,
  type Survey,
  type SurveyedCustomer,
  type SurveyLimits,
} from '../../pipeline/survey-ports.ts';
import { prepare } from './statement.ts';

/** Neighbours by age that are read at once: a page holds them together. */
const RUN = 50;
/** Bodies that are opened for the API version that they were rendered in. */
const NEWEST_BODIES = 200;

interface CustomerRow {
  readonly id: number;
  readonly provider: string;
  readonly merchant: string;
  readonly mode: Mode;
  readonly customer: string;
  readonly userId: string | null;
  readonly inDunning: number;
  readonly accounts: number;
}

const COUNTS =
  'SELECT provider, merchant, mode, count(*) AS customers FROM customers GROUP BY provider, merchant, mode';
const IDS = 'SELECT coalesce(min(id), 0) AS first, coalesce(max(id), -1) AS last FROM customers';
// What a person is known by is true at once; the profile's own column follows with its next decision.
const USER = `(SELECT substr(alias, 6) FROM profile_aliases WHERE profile_id = p.id AND alias >= 'user:' AND alias < 'user;')`;
const CUSTOMERS = `SELECT c.id, c.provider, c.merchant, c.mode, c.customer, coalesce(${USER}, p.user_id) AS userId,
  p.in_dunning AS inDunning, (SELECT count(*) FROM customers o WHERE o.profile_id = c.profile_id) AS accounts
  FROM customers c JOIN profiles p ON p.id = c.profile_id
  WHERE c.id >= ? AND c.id <= ? ORDER BY c.id LIMIT ?`;
const FACTS = 'SELECT fact FROM facts WHERE customer_id = ?';
const NAMELESS = `SELECT c.provider, c.merchant, c.mode, c.customer, p.view
  FROM profiles p JOIN customers c ON c.id = (SELECT min(id) FROM customers WHERE profile_id = p.id)
  WHERE p.in_dunning = 1 AND coalesce(${USER}, p.user_id) IS NULL LIMIT ?`;
// The index holds all that is counted.
const CROWDS = `SELECT substr(a.alias, 6) AS userId, n.accounts, c.provider, c.merchant, c.mode, c.customer
  FROM (SELECT profile_id, min(id) AS first, count(*) AS accounts FROM customers GROUP BY profile_id
    HAVING count(*) > ${CROWD}) n
  JOIN profile_aliases a ON a.profile_id = n.profile_id AND a.alias >= 'user:' AND a.alias < 'user;'
  JOIN customers c ON c.id = n.first ORDER BY n.accounts DESC, c.id LIMIT ?`;
const NEWEST = `(SELECT * FROM deliveries ORDER BY seq DESC LIMIT ?)`;
const SENT = `source = 'webhook'`;
const HEARD = `SELECT provider, mode, event_type AS eventType, count(*) AS count, max(received_at) AS newestAt
  FROM ${NEWEST} WHERE ${SENT} GROUP BY provider, mode, event_type`;
const BEHIND = `SELECT max(0, coalesce(max(occurred_at - received_at), 0)) AS ms FROM ${NEWEST} WHERE ${SENT}`;
// A body that is no JSON is a dead letter already.
const BODIES = `SELECT d.seq, b.raw_body AS body FROM ${NEWEST} d JOIN delivery_bodies b ON b.delivery_seq = d.seq
  WHERE ${SENT} AND json_valid(b.raw_body)`;
const METADATA_KEYS = `SELECT m.key AS name, count(DISTINCT n.seq) AS n
  FROM (${BODIES}) n, json_each(n.body, '$.data.object.metadata') m GROUP BY m.key ORDER BY n DESC LIMIT 20`;
const VERSIONS = `SELECT coalesce(json_extract(body, '$.api_version'), '') AS name, count(*) AS n
  FROM (${BODIES}) GROUP BY name`;

const keyOf = ({ provider, merchant, mode, customer }: Omit<CustomerRow, 'id'>) => ({
  provider,
  merchant,
  mode,
  customer,
});

/** Where the runs of a sample lie: one over all of `first` to `last` if there are no more than `wanted`, else spread. */
const toRuns = (
  first: number,
  last: number,
  wanted: number,
): readonly { readonly from: number; readonly to: number }[] => {
  const span = last - first + 1;
  if (span <= wanted) return [{ from: first, to: last }];
  const runs = Math.ceil(wanted / RUN);
  return Array.from({ length: runs }, (_, run) => ({
    from: first + Math.floor((run * span) / runs),
    to: first + Math.floor(((run + 1) * span) / runs) - 1,
  }));
};

const readSample = (db: DatabaseSync, limits: SurveyLimits): readonly SurveyedCustomer[] => {
  const { first, last } = prepare<{ first: number; last: number }>(db, IDS).get() ?? { first: 0, last: -1 };
  const customers = prepare<CustomerRow>(db, CUSTOMERS);
  const facts = prepare<{ fact: string }>(db, FACTS);
  const runs = toRuns(first, last, limits.customers);
  const rows = runs.flatMap(({ from, to }) => customers.all(from, to, runs.length === 1 ? limits.customers : RUN));
  const every = Math.max(1, Math.ceil(rows.length / limits.facts));
  return rows.map((row, index) => ({
    customer: keyOf(row),
    userId: row.userId,
    accounts: row.accounts,
    inDunning: row.inDunning === 1,
    facts: index % every === 0 ? facts.all(row.id).map(({ fact }) => JSON.parse(fact) as Fact) : null,
  }));
};

const readNameless = (db: DatabaseSync, limit: number): Survey['nameless'] => {
  const rows = prepare<Omit<CustomerRow, 'id'> & { view: string | null }>(db, NAMELESS).all(limit + 1);
  const profiles: readonly Nameless[] = rows.map((row) => ({ customer: keyOf(row), view: row.view }));
  return { profiles: profiles.slice(0, limit), more: profiles.length > limit };
};

const readCrowds = (db: DatabaseSync, limit: number): readonly Crowd[] =>
  prepare<Omit<CustomerRow, 'id'>>(db, CROWDS)
    .all(limit)
    .map((row) => ({ userId: row.userId ?? '', customer: keyOf(row), accounts: row.accounts }));

const tally = (db: DatabaseSync, sql: string, limit: number): Readonly<Record<string, number>> =>
  Object.fromEntries(
    prepare<{ name: string; n: number }>(db, sql)
      .all(limit)
      .map(({ name, n }) => [name, n]),
  );

/** Looks over the store inside a read transaction. Its cost is bounded but for counting the customers and those of each profile, an index scan each. */
export const makeSurvey =
  (db: DatabaseSync): ((limits?: SurveyLimits) => Survey) =>
  (limits = SURVEY_LIMITS) => ({
    counts: prepare<CustomerCount>(db, COUNTS).all(),
    sample: readSample(db, limits),
    nameless: readNameless(db, limits.customers),
    crowds: readCrowds(db, limits.crowds),
    heard: prepare<Heard>(db, HEARD).all(limits.deliveries),
    apiVersions: tally(db, VERSIONS, NEWEST_BODIES),
    metadataKeys: tally(db, METADATA_KEYS, NEWEST_BODIES),
    behindMs: prepare<{ ms: number }>(db, BEHIND).get(limits.deliveries)?.ms ?? 0,
  });
