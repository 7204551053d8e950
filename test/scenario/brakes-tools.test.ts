import { expect, test } from 'vitest';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { HOUR_MS } from '../../src/domain/instant.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { minutes } from './harness.ts';
import { to, wait } from './stage.ts';
import { fails } from './stripe-happenings.ts';
import { check, everyToolShows, flowsHeard, playTools, type ToolsStep } from './tools-play.ts';

/** G10, in the tools: nobody is entered into messages anywhere, a CRM's workflows included; accounts show what is true. */

/** Any entry is one too many. */
const brakes = { entriesPerDay: null, shareAtOnce: 0.001, withinMs: HOUR_MS, fromPeople: 1 };

/** By these recipes begin their mails. */
const NO_START = { in_dunning_first_failure_standard: false, in_dunning_first_failure_high_value: false };
const SALES_AND_SUPPORT = ['hubspot', 'salesforce', 'zendesk', 'intercom'];
const PEOPLE = ['braze', 'iterable', ...SALES_AND_SUPPORT];
const ACCOUNTS = ['hubspot-companies', 'salesforce-accounts'];

const holds = (tool: string, expected: Attributes): ToolsStep =>
  check(async ({ store }) => {
    const [profile] = await store.findProfiles('user_ada');
    const delivered = profile?.tools.find((row) => row.tool === tool && row.channel === 'live')?.delivered;
    expect(delivered, tool).toMatchObject(expected);
  });

test('an engaged brake keeps people out of every tool that could mail them; released, they enter once', () =>
  playTools(
    [
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(2)),
      ...PEOPLE.map((tool) => holds(tool, { in_dunning: false, dunning_status: 'held', ...NO_START })),
      ...SALES_AND_SUPPORT.map((tool) => holds(tool, { suppression_reason: 'brake' })),
      flowsHeard('ada'),
      ...ACCOUNTS.map((tool) => holds(tool, { in_dunning: true, dunning_status: 'active' })),
      check(async ({ store }, { now }) => {
        expect(await store.releaseBrake({ actor: 'ada', reason: 'checked' }, now)).toBe(1);
      }),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'first_failure' }),
      flowsHeard('ada', 'dunning_stage_entered'),
    ],
    { policy: { brakes } },
  ));
