import { expect } from 'vitest';
import type { ToolRow } from '../../src/pipeline/tools/tool-ports.ts';
import type { Look } from './tools-told-relay.ts';

/** What the stream hears and what contacts hold, held against Segment's calls and the people of messaging tools. */

const iso = (at: number): string => new Date(at).toISOString();

const UNDISCLOSED = ['lost_card', 'stolen_card', 'fraudulent'];

/** E8: what may not be told is told to Segment alone, where policy asks for it. */
const asTools = (properties: Readonly<Record<string, unknown>>): unknown =>
  UNDISCLOSED.includes(String(properties.failure_code))
    ? { ...properties, failure_code: null, failure_category: 'undisclosed' }
    : properties;

/** A stream hears of an account what Segment does. */
export const judgeStream = (look: Look): void => {
  const said = look.calls.flatMap(({ call }) =>
    call.type === 'track' && typeof call.properties?.account_id === 'string' && !isOfPeople(call.event ?? '')
      ? [
          {
            account: call.properties.account_id,
            id: call.messageId,
            name: call.event,
            properties: asTools(call.properties),
          },
        ]
      : [],
  );
  for (const account of new Set([
    ...said.map((each) => each.account),
    ...look.rows.stream.map(({ userId }) => userId),
  ])) {
    const rows = look.rows.stream.filter(({ userId }) => userId === account);
    expect(rows.length, `rows of the stream of ${account}`).toBeLessThanOrEqual(1);
    const heard = (rows[0]?.edges ?? []).map(({ event: { id, name, properties } }) => ({
      account,
      id,
      name,
      properties,
    }));
    expect(heard, `the stream of ${account} at ${iso(look.now)}`).toEqual(
      said.filter((each) => each.account === account),
    );
    expect(rows[0]?.desired ?? {}, 'a stream holds nothing').toEqual({});
  }
};

/** Edge outputs, about people and not about what happened to an account. */
const isOfPeople = (event: string): boolean =>
  event.startsWith('Audience ') || ['dunning_stage_entered', 'dunning_exited'].includes(event);

const CRM = ['suppression_reason', 'first_failed_at', 'last_recovered_at', 'total_failed_payments_90d', 'plan_id'];
const CRM_MORE = ['high_value_plan', 'mrr', 'arr', 'mrr_currency', 'email'];

/** A contact holds what a messaging tool does, and what sales and support need besides; it hears nothing. */
export const judgeContacts = (look: Look): void => {
  const who = (row: ToolRow): string => `${row.profileId} ${row.userId}`;
  expect(look.rows.contact.map(who).toSorted(), 'contacts').toEqual(look.rows.person.map(who).toSorted());
  for (const person of look.rows.person) {
    const contact = look.rows.contact.find((row) => who(row) === who(person));
    for (const [name, value] of Object.entries(person.desired)) {
      // The version is that of the change, and not each changes both.
      if (name !== 'dunning_state_version') expect(contact?.desired[name], `${name} of ${who(person)}`).toBe(value);
    }
    const more = Object.keys(contact?.desired ?? {}).filter((name) => !(name in person.desired));
    expect(more.toSorted(), `contact ${who(person)}`).toEqual([...CRM, ...CRM_MORE].toSorted());
    expect(contact?.edges).toEqual([]);
  }
};
