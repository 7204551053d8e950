import { describe, expect, it } from 'vitest';
import { HOUR_MS, instant, plus } from '../../src/domain/instant.ts';
import type { View } from '../../src/pipeline/decide.ts';
import { type EdgeInput, findEdges } from '../../src/pipeline/tools/edges.ts';

/** Which flow ends and which begins, for views that hold nothing but what decides it (semantics G3, C5, D6). */

const NOW = instant(Date.UTC(2026, 2, 5, 9));

const episode = (id: string, outcome: string) => ({ id, outcome });

const recovered = (
  episodeId: string,
  amount: number,
  more: { readonly late?: boolean; readonly ageMs?: number } = {},
) => ({
  event: 'payment_recovered',
  at: plus(NOW, -(more.ageMs ?? 0)),
  properties: () => ({
    dunning_episode_id: episodeId,
    late: more.late ?? false,
    amount,
    currency: 'USD',
    recovered_via: 'automatic_retry',
    attempts: 2,
  }),
});

/** Says the same of an episode, and is no recovery. */
const failed = (episodeId: string) => ({ ...recovered(episodeId, 1), event: 'payment_failed' });

const flow = (episodeId: string, stage = 'first_failure') => ({ episodeId, stage, isLate: false, properties: {} });

const edgesFor = (view: object, before: Partial<EdgeInput['before']> = {}) =>
  findEdges({
    view: { events: [], episodes: [], flow: null, ...view } as unknown as View,
    before: { running: 'E', announced: ['E:first_failure'], ...before },
    silentStage: null,
    now: NOW,
    idOf: (...key) => key.join(':'),
  });

const exitOf = (view: object) => edgesFor(view).edges[0]?.event;

describe('the exit of a flow whose episode is paid', () => {
  it('tells the recovery of that episode, not of another, nor another event of it', () => {
    const events = [failed('E'), recovered('other', 7), recovered('E', 49)];
    expect(exitOf({ events, episodes: [episode('E', 'recovered')] })).toMatchObject({
      name: 'payment_recovered',
      properties: { dunning_episode_id: 'E', amount: 49 },
    });
  });

  it.each([
    ['was recovered after it had ended otherwise', { late: true }],
    ['recovered more than an hour ago', { ageMs: HOUR_MS + 1 }],
  ])('thanks nobody whose episode %s', (_why, more) => {
    expect(exitOf({ events: [recovered('E', 49, more)], episodes: [episode('E', 'recovered')] })).toMatchObject({
      name: 'dunning_exited',
      properties: { dunning_episode_id: 'E', outcome: 'recovered' },
    });
  });

  it('thanks for a recovery of exactly an hour ago', () => {
    const events = [recovered('E', 49, { ageMs: HOUR_MS })];
    expect(exitOf({ events, episodes: [episode('E', 'recovered')] })?.name).toBe('payment_recovered');
  });
});

it('a recovery that was said of an episode that is open again is not told as one', () => {
  const events = [recovered('E', 49)];
  expect(exitOf({ events, episodes: [episode('E', 'open')] })?.properties).toEqual({
    dunning_episode_id: 'E',
    outcome: 'held',
  });
});

it('an episode that gives way is announced anew when it leads again, and no other', () => {
  const announced = ['E:first_failure', 'F:retrying'];
  const episodes = [episode('E', 'open'), episode('F', 'open')];
  const gaveWay = edgesFor({ episodes, flow: flow('F', 'persistent') }, { announced });
  expect(gaveWay.told.announced).toEqual(['F:retrying', 'F:persistent']);
  const back = edgesFor({ episodes, flow: flow('E') }, { running: 'F', announced: gaveWay.told.announced });
  expect(back.edges.map(({ event }) => event.name)).toEqual(['dunning_exited', 'dunning_stage_entered']);
});

it('nothing is forgotten while the same flow runs, nor when it is held', () => {
  const announced = ['E:first_failure', 'null:x'];
  expect(edgesFor({ episodes: [episode('E', 'open')], flow: flow('E') }, { announced })).toEqual({
    edges: [],
    told: { running: 'E', announced },
  });
  const held = edgesFor({ episodes: [episode('E', 'open')] }, { announced });
  expect(held.told).toEqual({ running: null, announced });
  expect(edgesFor({ flow: flow('E') }, { running: null, announced }).edges).toEqual([]);
});
