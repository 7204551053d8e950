import { expect, test } from 'vitest';
import { HOUR_MS } from '../../src/domain/instant.ts';
import { ADA, isKnown, RETRY } from './ada.ts';
import { minutes } from './harness.ts';
import { to, wait } from './stage.ts';
import { fails } from './stripe-happenings.ts';
import { check, everyToolShows, flowsHeard, playTools, type ToolsStep } from './tools-play.ts';

/** G10, in the tools: whoever writes to people hears nothing, whoever sells and supports sees what is true. */

/** Any entry is one too many. */
const brakes = { entriesPerDay: null, shareAtOnce: 0.001, withinMs: HOUR_MS, fromPeople: 1 };

const holds = (tool: string, isInDunning: boolean | undefined): ToolsStep =>
  check(async ({ store }) => {
    const [profile] = await store.findProfiles('user_ada');
    const delivered = profile?.tools.find((row) => row.tool === tool && row.channel === 'live')?.delivered;
    expect(delivered?.in_dunning, tool).toBe(isInDunning);
  });

test('an engaged brake keeps people out of Braze and Iterable alone; released, they enter once', () =>
  playTools(
    [
      ...isKnown('ada'),
      to('ada', fails(ADA, RETRY)),
      wait(minutes(2)),
      holds('braze', false),
      holds('iterable', false),
      flowsHeard('ada'),
      holds('hubspot', true),
      holds('hubspot-companies', true),
      holds('salesforce', true),
      check(async ({ store }, { now }) => {
        expect(await store.releaseBrake({ actor: 'ada', reason: 'checked' }, now)).toBe(1);
      }),
      wait(minutes(1)),
      everyToolShows('ada', { inDunning: true, status: 'active', stage: 'first_failure' }),
      flowsHeard('ada', 'dunning_stage_entered'),
    ],
    { policy: { brakes } },
  ));
